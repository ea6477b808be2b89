// Package loopback finds ports on 127.0.0.1 for the private servers.
package loopback

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
)

// Port returns the preferred port if it is free. Otherwise, or for 0, it returns another
// free port. While this process runs, no other process gets the same port from Port: a
// server may listen late, or stop and start again.
//
// For the same reason the port is below 32768. Kernels take the local port of an outgoing
// connection from the range above.
func Port(preferred int) (port int, err error) {
	if preferred != 0 {
		if err = try(preferred, true); err == nil {
			return preferred, nil
		}
	}
	for range 1000 {
		port = 20000 + rand.IntN(12000)
		if err = try(port, false); err == nil {
			return port, nil
		}
	}
	return 0, err
}

// Address returns "127.0.0.1:port".
func Address(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// try reserves a port if nothing listens on it. again allows a port that this process
// already has.
func try(port int, again bool) error {
	listener, err := net.Listen("tcp", Address(port))
	if err != nil {
		return fmt.Errorf("looking for a free port: %w", err)
	}
	defer listener.Close()
	return reserve(port, again)
}

var (
	reservations = map[int]*os.File{} // the open files hold the locks
	mutex        sync.Mutex
)

// reserve locks a file for the port. The kernel releases the lock when this process ends.
func reserve(port int, again bool) error {
	mutex.Lock()
	defer mutex.Unlock()
	if _, ours := reservations[port]; ours {
		if again {
			return nil
		}
		return fmt.Errorf("reserving port %d: this process has reserved it before", port)
	}
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("order-sink-ports-%d", os.Getuid()))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("reserving port %d: %w", port, err)
	}
	file, err := os.OpenFile(filepath.Join(dir, strconv.Itoa(port)), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("reserving port %d: %w", port, err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		file.Close()
		return fmt.Errorf("reserving port %d: another process has reserved it (%w)", port, err)
	}
	reservations[port] = file
	return nil
}
