package checkexpiration_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// The bound is a third above what was measured. It includes the allocations of the Redis in
// this process.
func TestAllocations(t *testing.T) {
	s := newService(t, time.Hour)
	ann, _ := s.signIn("ann")
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/?userID=ann", nil)
	r.Header.Set("Authorization", "Bearer "+ann)
	w := httptest.NewRecorder()
	got := int(testing.AllocsPerRun(100, func() { s.handler.ServeHTTP(w, r) }))
	if w.Code != http.StatusOK {
		t.Fatalf("check-expiration is answered %d, want 200", w.Code)
	}
	if atMost := 115; got > atMost {
		t.Errorf("check-expiration: %d allocations, want at most %d", got, atMost)
	}
}
