package identity

import (
	"context"
	"encoding/json"
	"net/http"
)

// Warm starts to fetch an access token and to connect to Identity Toolkit, so that the
// first look-up waits for neither. It returns at once. The look-up reports a failure. With
// an emulator, Warm does nothing.
func (d *Directory) Warm() {
	if d.Credentials == nil {
		return
	}
	go func() { _, _ = d.Credentials.TokenSource.Token() }() // has its own timeout
	go connect("https://" + host)
}

// connect opens a connection in http.DefaultTransport. net/http connects only for a
// request, so it sends a HEAD without credentials.
func connect(url string) {
	ctx, cancel := context.WithTimeout(context.Background(), lookupTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, url+"/", nil)
	if err != nil {
		return
	}
	if resp, err := http.DefaultTransport.RoundTrip(req); err == nil {
		_ = resp.Body.Close()
	}
}

// quotaProject adds the header with the project whose quota is used, when the credentials
// name one. Identity Toolkit refuses a person's own credentials without that header, so for
// them the default is project.
func quotaProject(base http.RoundTripper, credentials []byte, project string) http.RoundTripper {
	var file struct {
		Type         string `json:"type"`
		QuotaProject string `json:"quota_project_id"`
	}
	switch {
	case json.Unmarshal(credentials, &file) != nil:
		return base
	case file.QuotaProject != "":
		return withHeader{base, file.QuotaProject}
	case file.Type == "authorized_user":
		return withHeader{base, project}
	}
	return base
}

type withHeader struct {
	base    http.RoundTripper
	project string
}

// RoundTrip sends the request with the header that names the project.
func (t withHeader) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("X-Goog-User-Project", t.project)
	return t.base.RoundTrip(r)
}
