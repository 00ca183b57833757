package doctor

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"

	"pantry.example/shared/config"
	"pantry.example/shared/identity"
	"pantry.example/shared/identity/deadline"
	"pantry.example/shared/identity/firebase"
)

const (
	checkLookup  = "firebase-lookup"
	checkSession = "firebase-session"
)

const (
	credentials = "On a laptop: gcloud auth application-default login (and gcloud auth application-default set-quota-project PROJECT). " +
		"To see what the functions' own account may do, add --impersonate-service-account=ACCOUNT"
	firebaseRole = "Give the functions' service account roles/firebaseauth.admin, or a role of your own with firebaseauth.users.get, firebaseauth.users.createSession and firebaseauth.users.update. "
	tryAgain     = "Try again; see status.firebase.google.com"
)

// embedded reports whether the local runner would embed this back end: no emulator is named,
// and Google has no such project.
func embedded(cfg config.Config, emulator string) bool {
	return emulator == "" && strings.HasPrefix(cfg.ProjectID, "demo-")
}

func (r *report) firebase(ctx context.Context, cfg config.Config, bad bool) {
	links := []link{
		{[]string{checkLookup}, "Firebase cannot be asked", func() bool { return r.firebaseLookup(ctx, cfg) }},
		{[]string{checkSession}, "", func() bool { return r.firebaseSession(ctx, cfg) }},
	}
	switch {
	case bad:
		r.skipAll("the project's ID cannot be read", links)
	case embedded(cfg, cfg.AuthEmulator):
		r.skipAll("GOOGLE_CLOUD_PROJECT names no real project ("+cfg.ProjectID+"): go run ./functions/local brings an embedded Firebase Auth", links)
	default:
		r.chain(links)
	}
}

// firebaseAt returns the name of the Firebase, and what to do when it does not answer.
func firebaseAt(cfg config.Config) (name, silent string) {
	if cfg.AuthEmulator != "" {
		return "the emulator at " + cfg.AuthEmulator, "Start the emulator, or correct FIREBASE_AUTH_EMULATOR_HOST"
	}
	return "project " + cfg.ProjectID, "Check this machine's network to identitytoolkit.googleapis.com and oauth2.googleapis.com"
}

// firebaseLookup looks a made-up user up. It returns whether Firebase answers, even if it
// does not permit the look-up.
func (r *report) firebaseLookup(ctx context.Context, cfg config.Config) bool {
	accounts, err := identity.NewDirectory(ctx, cfg.ProjectID, cfg.AuthEmulator)
	if err != nil {
		r.fail(checkLookup, "this machine has no credentials for Google Cloud", credentials)
		return false
	}
	state, err := accounts.Lookup(ctx, "pantry-doctor-"+rand.Text())
	said := errorText(err)
	name, silent := firebaseAt(cfg)
	return r.judge(checkLookup, []finding{
		{err == nil && state.Disabled, pass, name + " answers that a made-up user does not exist", ""},
		{err == nil, fail, name + " knows a user whose ID was made up just now", "See whether something else than Firebase answers there"},
		{strings.Contains(said, "status 403"), fail, name + " does not let these credentials look users up (403)", firebaseRole + credentials},
		{strings.Contains(said, "no access token"), fail, "Google gave no access token: the credentials are expired, revoked or deleted", credentials},
		{strings.Contains(said, "status 401"), fail, name + " refused the credentials (401)", credentials},
		{strings.Contains(said, "status 400") || strings.Contains(said, "status 404"), fail, name + " has no Firebase Authentication", "Check GOOGLE_CLOUD_PROJECT; then Firebase console > Authentication > Get started, and gcloud services enable identitytoolkit.googleapis.com"},
		{errors.Is(err, context.DeadlineExceeded), fail, name + " gave no answer in time", silent},
		{strings.Contains(said, "no connection"), fail, "there is no connection to " + name, silent},
		{true, fail, name + " answers with an error (" + statusIn(said) + ")", tryAgain},
	}...) || strings.Contains(said, "status 403") // each permission is asked for by itself
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// statusIn returns the status that an error of the look-up ends with.
func statusIn(said string) string {
	if i := strings.LastIndex(said, "status "); i >= 0 {
		return said[i:]
	}
	return "unreadable"
}

// firebaseSession asks for a session cookie with an invalid ID token. Firebase checks the
// permission first. So INVALID_ID_TOKEN means that the permission is there.
func (r *report) firebaseSession(ctx context.Context, cfg config.Config) bool {
	// Open looks for credentials, which on Google Cloud needs the network. The token source
	// keeps its context, so that must not end with this call.
	firebase, err := deadline.Do(ctx, requestTimeout, func(ctx context.Context) (*firebase.Firebase, error) {
		return firebase.Open(context.WithoutCancel(ctx), cfg.ProjectID, cfg.AuthEmulator)
	})
	if err != nil {
		r.fail(checkSession, "the Firebase Admin SDK cannot be opened", credentials)
		return false
	}
	_, err = firebase.SessionCookie(ctx, "pantry-doctor.is-no.token", cfg.SessionTTL)
	said := errorText(err)
	name, silent := firebaseAt(cfg)
	return r.judge(checkSession, []finding{
		{errors.Is(err, identity.ErrInvalidToken), pass, "createSession is permitted: " + name + " refused a junk token, as it must", ""},
		{err == nil, fail, name + " made a session for a junk token", "That is no Firebase: check FIREBASE_AUTH_EMULATOR_HOST and the network"},
		{strings.Contains(said, "permission denied"), fail, "createSession is not permitted: every sign-in would be answered 503", firebaseRole + credentials},
		{strings.Contains(said, "credentials were refused"), fail, "the credentials were refused", credentials},
		{strings.Contains(said, "quota"), warn, "the project's quota is used up", "Google Cloud console > Identity Toolkit API > Quotas"},
		{errors.Is(err, context.DeadlineExceeded) || strings.Contains(said, "no answer"), fail, "no answer in time", silent},
		{true, fail, "Firebase answers createSession with an error that says nothing", tryAgain},
	}...)
}
