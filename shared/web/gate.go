package web

import (
	"net/http"
	"time"
)

// Gate runs next, and holds its answer back until admitted says that the caller may have
// it. admitted is called once: when next begins to answer, or when it has returned. Its
// error is Gate's, and then nothing of next's answer has reached the client: no status,
// no header and no byte. A panic of next goes on.
func Gate(w http.ResponseWriter, r *http.Request, admitted func() error, next http.Handler) error {
	g := &gate{w: w, admitted: admitted, header: w.Header().Clone()}
	next.ServeHTTP(g, r)
	return g.open()
}

// gate is an answer that is held back. It has no Unwrap: that would lead past it.
type gate struct {
	w        http.ResponseWriter
	admitted func() error
	header   http.Header // what next has set; w's own once the gate is open
	asked    bool
	err      error
}

// open asks whether the answer may go out, once, and hands its header on.
func (g *gate) open() error {
	if g.asked {
		return g.err
	}
	g.asked = true
	if g.err = g.admitted(); g.err != nil {
		return g.err
	}
	header := g.w.Header()
	clear(header)
	for name, values := range g.header {
		header[name] = values
	}
	g.header = header
	return nil
}

func (g *gate) Header() http.Header { return g.header }

func (g *gate) WriteHeader(status int) {
	if g.open() == nil {
		g.w.WriteHeader(status)
	}
}

func (g *gate) Write(b []byte) (int, error) {
	if err := g.open(); err != nil {
		return 0, err
	}
	return g.w.Write(b)
}

// FlushError is what http.ResponseController calls.
func (g *gate) FlushError() error {
	if err := g.open(); err != nil {
		return err
	}
	return http.NewResponseController(g.w).Flush()
}

// SetReadDeadline and SetWriteDeadline reach the connection: they send nothing.
func (g *gate) SetReadDeadline(t time.Time) error {
	return http.NewResponseController(g.w).SetReadDeadline(t)
}

func (g *gate) SetWriteDeadline(t time.Time) error {
	return http.NewResponseController(g.w).SetWriteDeadline(t)
}
