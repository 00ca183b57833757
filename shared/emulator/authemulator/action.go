package authemulator

import (
	"net/http"
	"net/url"
	"slices"
)

// action is where the links of e-mailed codes lead.
func (s *Server) action(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	for _, name := range []string{"apiKey", "oobCode"} {
		if q.Get(name) == "" {
			writeAction(w, http.StatusBadRequest, map[string]string{"error": "missing " + name + " query parameter"})
			return
		}
	}
	status, answer := s.act(q)
	next := q.Get("continueUrl")
	if q.Get("mode") == "signIn" {
		next = signInURL(q)
	}
	if status == http.StatusOK && webURL(next) {
		// Only who has a valid code gets here, so this sends nobody astray.
		http.Redirect(w, r, next, http.StatusSeeOther) //nolint:gosec // G710: see above
		return
	}
	writeAction(w, status, answer)
}

func (s *Server) act(q url.Values) (status int, answer map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	code := q.Get("oobCode")
	switch q.Get("mode") {
	case "signIn":
		return s.actSignIn(code, q.Get("continueUrl"))
	case "resetPassword":
		return s.actReset(code, q.Get("newPassword"))
	case "verifyEmail":
		return s.actVerify(code, "VERIFY_EMAIL", "The email has been successfully verified.", "verify your email")
	case "verifyAndChangeEmail":
		return s.actVerify(code, "VERIFY_AND_CHANGE_EMAIL", "The email has been successfully changed.", "change your email")
	}
	return http.StatusBadRequest, map[string]string{"error": "Invalid mode"}
}

// placeholder is what the answer to a bare link asks people to replace.
const placeholder = "NEW_PASSWORD_HERE"

func (s *Server) actReset(code, newPassword string) (int, map[string]string) {
	o, ok := s.findOobCode(code, "PASSWORD_RESET")
	if !ok {
		return http.StatusBadRequest, expired("reset your password")
	}
	if newPassword == "" || newPassword == placeholder {
		problem := "missing newPassword query parameter"
		if newPassword == placeholder {
			problem = "newPassword must be something other than '" + placeholder + "'"
		}
		return http.StatusBadRequest, map[string]string{
			"error":        problem,
			"instructions": "To reset the password for " + o.Email + ", open the link below with the new password at its end.",
			"urlTemplate":  o.Link + "&newPassword=" + placeholder,
		}
	}
	if _, err := s.applyReset(code, newPassword); err != nil {
		return http.StatusBadRequest, map[string]string{"error": err.Error()}
	}
	return http.StatusOK, map[string]string{"success": "The password has been successfully updated.", "email": o.Email}
}

func (s *Server) actVerify(code, requestType, done, what string) (int, map[string]string) {
	o, ok := s.findOobCode(code, requestType)
	if !ok {
		return http.StatusBadRequest, expired(what)
	}
	if _, err := s.applyOobCode(code); err != nil {
		return http.StatusBadRequest, map[string]string{"error": err.Error()}
	}
	if o.NewEmail != "" {
		return http.StatusOK, map[string]string{"success": done, "newEmail": o.NewEmail}
	}
	return http.StatusOK, map[string]string{"success": done, "email": o.Email}
}

func expired(what string) map[string]string {
	return map[string]string{"error": "Your request to " + what + " has expired or the link has already been used."}
}

// actSignIn leaves the code to the application, which signs in with it.
func (s *Server) actSignIn(code, continueURL string) (int, map[string]string) {
	if _, ok := s.findOobCode(code, "EMAIL_SIGNIN"); !ok {
		return http.StatusBadRequest, expired("sign in")
	}
	if !webURL(continueURL) {
		return http.StatusBadRequest, map[string]string{
			"error": "Missing continueUrl query parameter", "instructions": "To sign in, append &continueUrl=YOUR_APP_URL to the link.",
		}
	}
	return http.StatusOK, nil
}

// signInURL is the application's own page with the parameters of the link.
func signInURL(q url.Values) string {
	target, err := url.Parse(q.Get("continueUrl"))
	if err != nil {
		return ""
	}
	to := target.Query()
	for name := range q {
		if name != "continueUrl" {
			to.Set(name, q.Get(name))
		}
	}
	target.RawQuery = to.Encode()
	return target.String()
}

func webURL(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && slices.Contains([]string{"http", "https"}, u.Scheme) && u.Host != ""
}

func writeAction(w http.ResponseWriter, status int, answer map[string]string) {
	writeJSON(w, status, map[string]any{"authEmulator": answer})
}
