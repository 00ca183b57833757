package firebaseauth

import (
	"cmp"
	"crypto/rand"
	_ "embed"
	"encoding/json"
	"html/template"
	"net/http"
	"slices"
	"strings"
)

// The two pages behind signInWithPopup and signInWithRedirect: the account picker, which the
// SDK opens, and a frame in the application's page, to which the picker hands its result. The
// SDK and the frame load Google's api.js for that. So these two ways need the Internet;
// signInWithCredential does not.
var (
	//go:embed popup/handler.html
	handlerHTML string
	//go:embed popup/iframe.html
	iframeHTML []byte

	handlerPage = template.Must(template.New("handler").Parse(handlerHTML))
)

// pickable is an account that has signed in with the provider before.
type pickable struct {
	Name, Email, Claims string
}

func (s *Server) pickables(providerID string) []pickable {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []pickable
	for _, a := range s.accounts {
		for _, p := range a.Linked {
			if p.ProviderID != providerID {
				continue
			}
			claims, _ := json.Marshal(map[string]any{ // texts and a boolean
				"sub": p.RawID, "email": p.Email, "email_verified": true, "name": p.DisplayName, "picture": p.PhotoURL,
			})
			out = append(out, pickable{cmp.Or(p.DisplayName, "(No display name)"), p.Email, string(claims)})
		}
	}
	slices.SortFunc(out, func(a, b pickable) int { return strings.Compare(a.Email+a.Claims, b.Email+b.Claims) })
	return out[:min(len(out), 50)]
}

// authHandler serves the account picker.
func (s *Server) authHandler(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	provider := strings.ToLower(q.Get("providerId"))
	if q.Get("apiKey") == "" || provider == "" {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "missing apiKey or providerId query parameters"})
		return
	}
	nonce := rand.Text()
	pageHeader(w, "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; script-src 'nonce-"+nonce+"'; style-src 'nonce-"+nonce+"'")
	_ = handlerPage.Execute(w, map[string]any{"Nonce": nonce, "Provider": provider, "Accounts": s.pickables(provider)})
}

// authFrame serves the frame; any application's page may hold it.
func (s *Server) authFrame(w http.ResponseWriter, _ *http.Request) {
	pageHeader(w, "base-uri 'none'; object-src 'none'") // Google's script may load what it needs
	_, _ = w.Write(iframeHTML)
}

func pageHeader(w http.ResponseWriter, policy string) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", policy)
}
