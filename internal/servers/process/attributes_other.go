//go:build !linux

package process

import "syscall"

// Other kernels have no parent-death signal: a parent that is killed leaves its
// children behind there.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}

func awaitStop(int) error { return nil }
