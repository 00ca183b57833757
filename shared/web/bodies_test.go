package web_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"pantry.example/shared/web"
)

// Slow clients cannot use up an instance. When many of them send bodies, the next client is
// told to try again. It is served after one body has arrived.
func TestSlowBodiesHoldSomePlaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		read := func(body io.Reader) error {
			r := httptest.NewRequest(http.MethodPost, "/", body)
			r.Header.Set("Content-Type", "application/json")
			_, err := web.ReadBody(httptest.NewRecorder(), r, 100, "application/json")
			return err
		}
		const places = 12
		var slow [places]*io.PipeWriter
		for i := range slow {
			reader, writer := io.Pipe()
			slow[i] = writer
			go func() { _ = read(reader) }()
		}
		synctest.Wait()
		begin := time.Now()
		e := web.AsError(read(http.NoBody))
		if e.Status != http.StatusServiceUnavailable || e.Code != "busy" || e.RetryAfter <= 0 || time.Since(begin) != time.Second {
			t.Errorf("the one after them: %v after %s, want busy after 1s", e, time.Since(begin))
		}
		done := make(chan error)
		go func() { done <- read(http.NoBody) }()
		synctest.Wait()
		_ = slow[0].Close()
		if err := <-done; err != nil {
			t.Errorf("when a body has arrived: %v", err)
		}
		for _, writer := range slow[1:] {
			_ = writer.Close()
		}
	})
}
