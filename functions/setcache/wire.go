package setcache

import (
	"net/http"
	"strings"
	"time"

	"pantry.example/shared/web"
)

// SignIn is the body of POST /.
type SignIn struct {
	UserID    string `json:"UserID" doc:"The Firebase uid; it must be the one in AuthToken." minLength:"1" maxLength:"128"`
	AuthToken string `json:"AuthToken" doc:"The Firebase ID token of a sign-in within the last 5 minutes." minLength:"1" maxLength:"8192"`
	Transport string `json:"Transport,omitempty" doc:"How the session is handed over: as a cookie, or in the answer for Authorization: Bearer." enum:"cookie,bearer" default:"cookie"`
}

// Opened answers POST /.
type Opened struct {
	UserID    string    `json:"userID" doc:"The Firebase uid."`
	ExpiresAt time.Time `json:"expiresAt" doc:"When the session ends at the latest."`
	Session   string    `json:"session,omitempty" doc:"The session, for Authorization: Bearer. Only with Transport bearer."`
}

// Sessions answers GET /.
type Sessions struct {
	Sessions []Device `json:"sessions" doc:"The open sessions, the most recently seen first."`
}

// Device is one open session.
type Device struct {
	ID         string    `json:"id" doc:"Names the session, to close it. It opens nothing."`
	Current    bool      `json:"current" doc:"Whether it is the caller's own."`
	Device     string    `json:"device" doc:"What the browser said it was at sign-in." example:"Firefox on Linux"`
	CreatedAt  time.Time `json:"createdAt"`
	LastSeenAt time.Time `json:"lastSeenAt" doc:"Exact to 5 minutes."`
	ExpiresAt  time.Time `json:"expiresAt"`
}

const (
	// bodyLimit is in bytes. An ID token has about 1 KiB, or 4 KiB with many claims.
	bodyLimit  = 16 << 10
	maxUserID  = 128
	maxIDToken = 8 << 10
	bearer     = "bearer"
)

func (in SignIn) validate() error {
	var fields []web.FieldError
	refuse := func(location, message string) {
		fields = append(fields, web.FieldError{Location: location, Message: message})
	}
	if in.UserID == "" || len(in.UserID) > maxUserID {
		refuse("/UserID", "must be the Firebase uid, 1 to 128 characters")
	}
	if in.AuthToken == "" || len(in.AuthToken) > maxIDToken {
		refuse("/AuthToken", "must be the Firebase ID token, at most 8192 characters")
	}
	if in.Transport != "" && in.Transport != "cookie" && in.Transport != bearer {
		refuse("/Transport", "must be cookie or bearer, or left out")
	}
	if fields == nil {
		return nil
	}
	err := web.NewError(http.StatusBadRequest, "invalid_request", "The sign-in cannot be read.")
	err.Errors = fields
	return err
}

// browsers and systems are words in a User-Agent and their names. The first match counts,
// so a browser that also names another one comes before that one.
var (
	browsers = [][2]string{
		{"Edg", "Edge"},
		{"OPR", "Opera"},
		{"SamsungBrowser", "Samsung Internet"},
		{"Firefox", "Firefox"},
		{"FxiOS", "Firefox"},
		{"Chromium", "Chromium"},
		{"CriOS", "Chrome"},
		{"Chrome", "Chrome"},
		{"Safari", "Safari"},
		{"curl", "curl"},
	}
	systems = [][2]string{
		{"iPhone", "iPhone"},
		{"iPad", "iPad"},
		{"Android", "Android"},
		{"CrOS", "ChromeOS"},
		{"Windows", "Windows"},
		{"Mac OS", "macOS"},
		{"Linux", "Linux"},
	}
)

// device returns the browser and the system of a User-Agent. A client can send any header,
// so this is only shown to its user.
func device(userAgent string) string {
	browser := named(userAgent, browsers)
	if browser == "" {
		browser = "Browser"
	}
	if system := named(userAgent, systems); system != "" {
		return browser + " on " + system
	}
	return browser
}

// named returns the name of the first mark in text, or "".
func named(text string, marks [][2]string) string {
	for _, m := range marks {
		if strings.Contains(text, m[0]) {
			return m[1]
		}
	}
	return ""
}
