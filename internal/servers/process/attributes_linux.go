package process

import (
	"errors"
	"syscall"

	"golang.org/x/sys/unix"
)

func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// awaitStop waits until a child has stopped or ended. A thread of the child can still
// answer a client after the signal was sent.
func awaitStop(pid int) error {
	for {
		// WNOWAIT leaves the state of the child to the goroutine that waits for its end.
		err := unix.Waitid(unix.P_PID, pid, nil, unix.WSTOPPED|unix.WEXITED|unix.WNOWAIT, nil)
		switch {
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.ECHILD): // it has ended
			return nil
		default:
			return err
		}
	}
}
