// Package loopback finds ports on 127.0.0.1 for the private servers.
package loopback

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

// Port is preferred where nothing listens on it, else (or for 0) some free port.
// The port is free when this returns; nobody keeps it until a server takes it.
//
// It lies below the range from which kernels take the local port of an outgoing
// connection (32768 and up): a server that is down must find its port free when
// it comes back.
func Port(preferred int) (port int, err error) {
	if preferred != 0 {
		if port, err = try(preferred); err == nil {
			return port, nil
		}
	}
	for range 1000 {
		if port, err = try(20000 + rand.IntN(12000)); err == nil {
			return port, nil
		}
	}
	return 0, err
}

// Address is "127.0.0.1:port".
func Address(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

func try(port int) (int, error) {
	listener, err := net.Listen("tcp", Address(port))
	if err != nil {
		return 0, fmt.Errorf("looking for a free port: %w", err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}
