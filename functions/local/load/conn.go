package load

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// conn is a connection that sends one request again and again. It costs less than a client
// of net/http, which is slower than some of the servers.
type conn struct {
	net.Conn
	answers *bufio.Reader
	request []byte
}

func dial(r *http.Request) (*conn, error) {
	var request bytes.Buffer
	if err := r.Write(&request); err != nil {
		return nil, err
	}
	c, err := net.Dial("tcp", r.URL.Host) //nolint:gosec // G704: it is on this machine, see addURL
	if err != nil {
		return nil, err
	}
	return &conn{c, bufio.NewReader(c), request.Bytes()}, nil
}

// ask sends the request and reads the answer, which must be a 200.
func (c *conn) ask() error {
	if err := c.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return err
	}
	if _, err := c.Write(c.request); err != nil {
		return err
	}
	answer, err := http.ReadResponse(c.answers, nil)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("it answered %d", answer.StatusCode)
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}
