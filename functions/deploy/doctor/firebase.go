package doctor

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"time"

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
	firebaseRole = "Give the functions' service account roles/firebaseauth.admin, or a role of your own with firebaseauth.users.get, firebaseauth.users.createSession and firebaseauth.users.update"
	noNetwork    = "Check this machine's network to identitytoolkit.googleapis.com and oauth2.googleapis.com"
)

// embedded reports whether the local runner's own emulator stands for a back end: the
// project is a made-up one, which Google does not have.
func embedded(cfg config.Config, emulator string) bool {
	return emulator == "" && strings.HasPrefix(cfg.ProjectID, "demo-")
}

func (r *report) firebase(ctx context.Context, cfg config.Config, bad bool) {
	switch {
	case bad:
		r.skip("the project's ID cannot be read", checkLookup, checkSession)
		return
	case embedded(cfg, cfg.AuthEmulator):
		r.skip("project "+cfg.ProjectID+" is for local runs: go run ./functions/local brings an embedded Firebase Auth", checkLookup, checkSession)
		return
	}
	if !r.firebaseLookup(ctx, cfg) {
		r.skip("Firebase cannot be asked", checkSession)
		return
	}
	r.firebaseSession(ctx, cfg)
}

// where names the Firebase that is asked.
func where(cfg config.Config) string {
	if cfg.AuthEmulator != "" {
		return "the emulator at " + cfg.AuthEmulator
	}
	return "project " + cfg.ProjectID
}

// firebaseLookup reports whether Firebase answers at all, permitted or not.
func (r *report) firebaseLookup(ctx context.Context, cfg config.Config) bool {
	accounts, err := identity.NewDirectory(ctx, cfg.ProjectID, cfg.AuthEmulator)
	if err != nil {
		r.fail(checkLookup, "this machine has no credentials for Google Cloud", credentials)
		return false
	}
	state, err := accounts.Lookup(ctx, "pantry-doctor-"+rand.Text())
	if err == nil && state.Disabled { // an account that does not exist counts as disabled
		r.pass(checkLookup, where(cfg)+" answers that a made-up user does not exist")
		return true
	}
	said := ""
	if err != nil {
		said = err.Error()
	}
	switch {
	case err == nil:
		r.fail(checkLookup, where(cfg)+" knows a user whose ID was made up just now", "Is something else than Firebase answering there?")
	case strings.Contains(said, "status 403"):
		r.fail(checkLookup, where(cfg)+" does not let these credentials look users up (403)", firebaseRole+". "+credentials)
		return true
	case strings.Contains(said, "no access token"):
		r.fail(checkLookup, "Google gave no access token: the credentials are expired, revoked or deleted", credentials)
	case strings.Contains(said, "status 401"):
		r.fail(checkLookup, where(cfg)+" refused the credentials (401)", credentials)
	case strings.Contains(said, "status 400"), strings.Contains(said, "status 404"):
		r.fail(checkLookup, where(cfg)+" has no Firebase Authentication", "Check GOOGLE_CLOUD_PROJECT; then Firebase console > Authentication > Get started, and gcloud services enable identitytoolkit.googleapis.com")
	case errors.Is(err, context.DeadlineExceeded):
		r.fail(checkLookup, where(cfg)+" gave no answer in time", noNetwork)
	case strings.Contains(said, "no connection") && cfg.AuthEmulator != "":
		r.fail(checkLookup, "there is no connection to "+where(cfg), "Start it, or correct FIREBASE_AUTH_EMULATOR_HOST")
	case strings.Contains(said, "no connection"):
		r.fail(checkLookup, "there is no connection to Google", noNetwork)
	default:
		r.fail(checkLookup, where(cfg)+" answers with an error ("+statusIn(said)+")", "Try again; see status.firebase.google.com")
	}
	return false
}

// statusIn is the status in an error of account, whose text holds no more than that.
func statusIn(said string) string {
	if i := strings.LastIndex(said, "status "); i >= 0 {
		return said[i:]
	}
	return "unreadable"
}

// firebaseSession asks for a session cookie with an ID token that is none. Firebase
// checks the permission first: INVALID_ID_TOKEN means that it is there.
func (r *report) firebaseSession(ctx context.Context, cfg config.Config) {
	const limit = 8 * time.Second // opening looks for credentials, on Google Cloud over the network
	firebase, err := deadline.Do(ctx, limit, func(ctx context.Context) (*firebase.Firebase, error) {
		return firebase.Open(ctx, cfg.ProjectID, cfg.AuthEmulator)
	})
	if err != nil {
		r.fail(checkSession, "the Firebase Admin SDK cannot be opened", credentials)
		return
	}
	_, err = firebase.SessionCookie(ctx, "pantry-doctor.is-no.token", cfg.SessionTTL)
	switch {
	case errors.Is(err, identity.ErrInvalidToken):
		r.pass(checkSession, "createSession is permitted: "+where(cfg)+" refused a junk token, as it must")
	case err == nil:
		r.fail(checkSession, where(cfg)+" made a session for a junk token", "That is no Firebase: check FIREBASE_AUTH_EMULATOR_HOST and the network")
	case strings.Contains(err.Error(), "permission denied"):
		r.fail(checkSession, "createSession is not permitted: every sign-in would be answered 503", firebaseRole+". "+credentials)
	case strings.Contains(err.Error(), "credentials were refused"):
		r.fail(checkSession, "the credentials were refused", credentials)
	case strings.Contains(err.Error(), "quota"):
		r.warn(checkSession, "the project's quota is used up", "Google Cloud console > Identity Toolkit API > Quotas")
	case errors.Is(err, context.DeadlineExceeded), strings.Contains(err.Error(), "no answer"):
		r.fail(checkSession, "no answer in time", noNetwork)
	default:
		r.fail(checkSession, "Firebase answers createSession with an error that says nothing", "Try again; see status.firebase.google.com")
	}
}
