//go:build !linux

package process

import "syscall"

// Other kernels have no parent-death signal: the children of a killed parent run on.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}

func awaitStop(int) error { return nil }
