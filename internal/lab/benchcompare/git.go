package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// errNoCommit means that the checkout has no such commit.
var errNoCommit = errors.New("this checkout has no such commit")

// describe returns the id of a commit, a blank and its subject.
func describe(ctx context.Context, root, commit string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", "log", "-1", "--format=%h %s", "--end-of-options", commit, "--")
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s: %w: %s", errNoCommit, commit, err, strings.TrimSpace(string(out)))
	}
	return strings.TrimSpace(string(out)), nil
}

// extract writes the files of a commit into dir. It does not use a worktree, because an
// interrupted run would leave the worktree in the repository.
func extract(ctx context.Context, root, commit, dir string) error {
	file := dir + ".tar"
	archive := exec.CommandContext(ctx, "git", "archive", "--format=tar", "--output="+file, commit)
	archive.Dir = root
	for _, cmd := range []*exec.Cmd{archive, exec.CommandContext(ctx, "tar", "-x", "-f", file, "-C", dir)} {
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("extracting %s: %w: %s", commit, err, out)
		}
	}
	return nil
}
