package docs

import (
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
)

// TestEveryLinkHasATarget follows the relative links of every Markdown file. The file or
// folder must exist, and so must the heading of an anchor.
func TestEveryLinkHasATarget(t *testing.T) {
	root := ordersinktest.Root(t)
	links := 0
	for _, page := range pages(t, root) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		name, err := filepath.Rel(root, page)
		if err != nil {
			t.Fatal(err)
		}
		for _, link := range linksOf(string(text)) {
			links++
			if problem := follow(page, link); problem != "" {
				t.Errorf("%s: link %s: %s", name, link, problem)
			}
		}
	}
	if links < 100 {
		t.Errorf("found %d links, expected at least 100", links)
	}
}

// pages lists the Markdown files of the repository.
func pages(t *testing.T, root string) (files []string) {
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != root && strings.HasPrefix(entry.Name(), "."):
			return fs.SkipDir // .git, and the files of the tests and `make run` in .run
		case !entry.IsDir() && strings.HasSuffix(entry.Name(), ".md"):
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

var (
	codeBlock  = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
	codeSpan   = regexp.MustCompile("`[^`\n]*`")
	inlineLink = regexp.MustCompile(`\]\(([^)\s]*)\)`)
	headline   = regexp.MustCompile(`(?m)^#{1,6} +(.*?) *$`)
	linkText   = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
)

// linksOf returns the relative links and images of a Markdown text.
func linksOf(text string) (links []string) {
	text = codeSpan.ReplaceAllString(codeBlock.ReplaceAllString(text, ""), "code")
	for _, match := range inlineLink.FindAllStringSubmatch(text, -1) {
		if u, err := url.Parse(match[1]); err != nil || u.Scheme == "" {
			links = append(links, match[1])
		}
	}
	return links
}

// follow returns the problem of a link of a page, or "".
func follow(page, link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return err.Error()
	}
	target := page
	if u.Path != "" {
		target = filepath.Join(filepath.Dir(page), filepath.FromSlash(u.Path))
	}
	if _, err := os.Stat(target); err != nil {
		return "the file does not exist"
	}
	if u.Fragment == "" {
		return ""
	}
	text, err := os.ReadFile(target)
	if err != nil || !strings.HasSuffix(target, ".md") {
		return "only a Markdown file has anchors"
	}
	if !anchorsOf(string(text))[u.Fragment] {
		return "the page has no such heading"
	}
	return ""
}

// anchorsOf returns the anchors that GitHub gives to the headings of a text: in lower case,
// without punctuation, and with a number if the heading is repeated.
func anchorsOf(text string) map[string]bool {
	anchors := make(map[string]bool)
	for _, match := range headline.FindAllStringSubmatch(codeBlock.ReplaceAllString(text, ""), -1) {
		anchor := strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r):
				return unicode.ToLower(r)
			}
			return -1
		}, linkText.ReplaceAllString(match[1], "$1"))
		unique := anchor
		for n := 1; anchors[unique]; n++ {
			unique = anchor + "-" + strconv.Itoa(n)
		}
		anchors[unique] = true
	}
	return anchors
}

func TestABrokenLinkIsFound(t *testing.T) {
	dir := t.TempDir()
	page := filepath.Join(dir, "page.md")
	const text = "# Two `words`, [linked](x.md)\n\n## Same\n\n## Same\n\n```\n# no heading [no](link.md)\n```\n" +
		"[a](page.md#same-1) [b](#two-words-linked) `[no](code.md)` [c](https://example.com/x#y) [![d](.)](gone.md)\n"
	if err := os.WriteFile(page, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(linksOf(text), " "), "x.md page.md#same-1 #two-words-linked . gone.md"; got != want {
		t.Errorf("links %q, expected %q", got, want)
	}
	for link, broken := range map[string]bool{
		"page.md": false, ".": false, "page.md#same": false, "page.md#same-1": false, "#two-words-linked": false,
		"gone.md": true, "page.md#same-2": true, "#no-heading-nolinkmd": true, ".#same": true,
	} {
		if problem := follow(page, link); (problem != "") != broken {
			t.Errorf("link %s: %q, expected broken %t", link, problem, broken)
		}
	}
}
