// Package emulator finds the real servers and programs that tests use. A test asks for one
// by name. Without it the test skips on a laptop, with a line that says how to get it. In CI
// (CI=true) it fails, so that nothing is skipped there.
package emulator

import (
	"context"
	"os"
	"os/exec"
	"testing"
)

// Redis returns the URL of a real Redis with TLS and a password (rediss://…). The process
// trusts its certificate.
func Redis(t testing.TB) string {
	return server(t, "TEST_REDIS_URL", "a Redis with TLS and a password (.ci/services starts one)")
}

// Firestore returns the host:port of the real Firestore emulator.
func Firestore(t testing.TB) string {
	return server(t, "TEST_FIRESTORE_EMULATOR_HOST", "the Firestore emulator (.ci/services starts one)")
}

// Owner is credentials for the Firestore emulator (grpc.WithPerRPCCredentials). The emulator
// applies no security rules to requests with them.
type Owner struct{}

// GetRequestMetadata returns the header of each request.
func (Owner) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"authorization": "Bearer owner"}, nil
}

// RequireTransportSecurity returns false: the emulator has no TLS.
func (Owner) RequireTransportSecurity() bool { return false }

// Auth returns the host:port of the official Firebase Auth emulator.
func Auth(t testing.TB) string {
	return server(t, "TEST_AUTH_EMULATOR_HOST", "the official Firebase Auth emulator (.ci/services starts one)")
}

// Chromium returns the path of a Chromium for browser tests.
func Chromium(t testing.TB) string {
	return server(t, "TEST_CHROMIUM", "a Chromium for the browser tests, such as /usr/bin/chromium")
}

// Program skips the test, or fails it in CI, when the program is not on the PATH.
func Program(t testing.TB, name string) {
	t.Helper()
	if _, err := exec.LookPath(name); err == nil {
		return
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is not installed; in CI it must be", name)
	}
	t.Skipf("install %s to run this", name)
}

func server(t testing.TB, name, what string) string {
	t.Helper()
	if v := os.Getenv(name); v != "" {
		return v
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is not set; in CI it must name %s", name, what)
	}
	t.Skipf("set %s to %s to run this", name, what)
	return ""
}
