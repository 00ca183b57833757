package main_test

import (
	"strings"
	"testing"
)

// secrets are the tokens, handles, keys and passwords of a run.
type secrets struct{ all []string }

// add notes keys, passwords and tokens. A part of a token counts, if it is long enough to
// tell anything.
func (s *secrets) add(texts ...string) {
	if s == nil {
		return
	}
	for _, text := range texts {
		if len(text) >= 12 { // a test sends x for a token
			s.all = append(s.all, text)
		}
		for part := range strings.SplitSeq(text, ".") {
			if len(part) >= 30 {
				s.all = append(s.all, part)
			}
		}
	}
}

// addHandle notes a session's handle. Its first part is the uid, which is no secret.
func (s *secrets) addHandle(handle string) {
	_, secret, _ := strings.Cut(handle, ".")
	s.add(secret)
}

// lookIn fails the test when the output of a run holds one of the secrets.
func (s *secrets) lookIn(t *testing.T, output string) {
	t.Helper()
	if len(s.all) < 50 || strings.Count(output, "\n") < 100 {
		t.Errorf("%d secrets and %d lines: the run was not seen", len(s.all), strings.Count(output, "\n"))
	}
	for _, secret := range s.all {
		if i := strings.Index(output, secret); i >= 0 {
			t.Errorf("the output holds the secret %s: …%s", secret, output[max(0, i-200):min(len(output), i+20)])
		}
	}
}

// noSecretForms fails the test when a log has something that looks like a secret.
func noSecretForms(t *testing.T, log string) {
	t.Helper()
	for _, form := range []string{"eyJ", "__session=", "Bearer ", "AuthToken", "refreshToken\":\""} {
		if line := lineWith(log, form); line != "" {
			t.Errorf("the log holds %q: %s", form, line)
		}
	}
}

func lineWith(output, part string) string {
	for line := range strings.Lines(output) {
		if strings.Contains(line, part) {
			return line
		}
	}
	return ""
}

// secretsInOddPlaces: a client puts its secrets where they do not belong.
func secretsInOddPlaces(t *testing.T, p *pantry) {
	u := p.newPerson(t)
	u.open().want(t, 200)
	_, random, _ := strings.Cut(u.session, ".")
	for _, path := range []string{"/set-cache", "/check-expiration", "/recipes"} {
		for _, secret := range []string{u.session, u.idToken, random} {
			u.call("GET", path+"/"+secret, nil)
			u.call("GET", path+"?session="+secret, nil)
			u.call("DELETE", path+"/"+secret+":restore", nil)
			u.call("POST", path, map[string]any{secret: secret})
			for _, header := range []string{
				"X-Request-Id", "Origin", "Referer", "User-Agent", "Idempotency-Key", "If-Match", "If-None-Match", "Content-Type",
				"Accept", "X-Forwarded-For", "X-Forwarded-Proto", "Traceparent", "X-Cloud-Trace-Context", "Access-Control-Request-Headers",
			} {
				u.call("GET", path, nil, header, secret)
			}
			u.call("GET", path, nil, "Origin", "https://"+secret+".example")
			u.call("OPTIONS", path, nil, "Origin", "https://"+secret)
			u.send("GET", u.url+path, nil, "Authorization", "Basic "+secret)
			u.send("GET", u.url+path, nil, "Cookie", secret+"="+secret)
		}
	}
}
