package network

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
)

// Where is a point of the protocol at which a [Cutter] cuts a connection.
type Where int32

const (
	nowhere Where = iota
	// MidStatement is in the middle of the request that executes a prepared statement:
	// the server never gets the rest.
	MidStatement
	// Answer is after the server has executed a prepared statement and before the client
	// gets the answer.
	Answer
	// CommitAnswer is after the server has committed and before the client gets the
	// answer.
	CommitAnswer
)

// Commands of the MySQL protocol.
const (
	comQuery       = 0x03
	comStmtExecute = 0x17
)

// Cutter relays MariaDB's protocol, without TLS or compression, and cuts a connection at
// an exact point of the protocol.
type Cutter struct {
	listener net.Listener
	upstream string
	where    atomic.Int32
	cuts     atomic.Int64

	mutex       sync.Mutex
	connections map[net.Conn]bool
}

// NewCutter listens on a free port of 127.0.0.1 and relays to the server at upstream,
// "host:port".
func NewCutter(upstream string) (*Cutter, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("starting a cutter: %w", err)
	}
	c := &Cutter{listener: listener, upstream: upstream, connections: make(map[net.Conn]bool)}
	go c.accept()
	return c, nil
}

// Addr returns the address to connect to, "127.0.0.1:port".
func (c *Cutter) Addr() string { return c.listener.Addr().String() }

// Next cuts the next connection that reaches the point, once.
func (c *Cutter) Next(where Where) { c.where.Store(int32(where)) }

// Cuts returns the number of connections that were cut.
func (c *Cutter) Cuts() int64 { return c.cuts.Load() }

// Close stops the cutter and closes its connections.
func (c *Cutter) Close() {
	_ = c.listener.Close()
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for connection := range c.connections {
		_ = connection.Close()
	}
}

func (c *Cutter) accept() {
	for {
		client, err := c.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", c.upstream)
		if err != nil {
			_ = client.Close()
			continue
		}
		l := &link{cutter: c, client: client, server: server}
		c.mutex.Lock()
		c.connections[client], c.connections[server] = true, true
		c.mutex.Unlock()
		go l.requests()
		go l.answers()
	}
}

// link is one connection through the cutter.
type link struct {
	cutter         *Cutter
	client, server net.Conn
	deaf           atomic.Bool // the client does not get the next answer
}

func (l *link) end() {
	_ = l.client.Close()
	_ = l.server.Close()
	l.cutter.mutex.Lock()
	defer l.cutter.mutex.Unlock()
	delete(l.cutter.connections, l.client)
	delete(l.cutter.connections, l.server)
}

// requests relays whole packets: 3 bytes of length, a sequence number that is 0
// for a command, and the payload, which begins with the command.
func (l *link) requests() {
	defer l.end()
	for {
		packet := make([]byte, 4)
		if _, err := io.ReadFull(l.client, packet); err != nil {
			return
		}
		length := binary.LittleEndian.Uint32(append(packet[:3:3], 0))
		packet = append(packet, make([]byte, length)...)
		if _, err := io.ReadFull(l.client, packet[4:]); err != nil {
			return
		}
		if packet[3] == 0 && length > 0 {
			switch l.cutter.point(packet[4:]) {
			case MidStatement:
				_, _ = l.server.Write(packet[:len(packet)/2])
				return
			case Answer, CommitAnswer:
				l.deaf.Store(true)
			}
		}
		if _, err := l.server.Write(packet); err != nil {
			return
		}
	}
}

// point returns the point at which to cut a command, and clears the order of [Cutter.Next].
func (c *Cutter) point(command []byte) Where {
	where := Where(c.where.Load())
	var there bool
	switch where {
	case MidStatement, Answer:
		there = command[0] == comStmtExecute
	case CommitAnswer:
		there = command[0] == comQuery && strings.EqualFold(string(command[1:]), "COMMIT")
	}
	if !there || !c.where.CompareAndSwap(int32(where), int32(nowhere)) {
		return nowhere
	}
	c.cuts.Add(1)
	return where
}

func (l *link) answers() {
	defer l.end()
	buffer := make([]byte, 64<<10)
	for {
		n, err := l.server.Read(buffer)
		if err != nil || l.deaf.Load() {
			return
		}
		if _, err := l.client.Write(buffer[:n]); err != nil {
			return
		}
	}
}
