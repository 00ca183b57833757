package web

import (
	"net/http"
	"time"
)

// Gate runs next, but sends its answer only after admitted has returned nil. It calls
// admitted once, when next begins to answer or has returned. When admitted returns an error,
// Gate returns it, and the client has got nothing of next's answer: no status, no header, no
// byte. Gate does not recover from a panic of next.
func Gate(w http.ResponseWriter, r *http.Request, admitted func() error, next http.Handler) error {
	g := &gate{w: w, admitted: admitted, header: w.Header().Clone()}
	next.ServeHTTP(g, r)
	return g.open()
}

// gate is the http.ResponseWriter that holds an answer back. It has no Unwrap, which would
// give access to the real one.
type gate struct {
	w        http.ResponseWriter
	admitted func() error
	header   http.Header // what next has set; w's own once the gate is open
	asked    bool
	err      error
}

// open calls admitted the first time, and then copies the header to the real answer.
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

// SetReadDeadline and SetWriteDeadline need no open gate, because they send nothing.
func (g *gate) SetReadDeadline(t time.Time) error {
	return http.NewResponseController(g.w).SetReadDeadline(t)
}

func (g *gate) SetWriteDeadline(t time.Time) error {
	return http.NewResponseController(g.w).SetWriteDeadline(t)
}
