//go:build linux

package main_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"pantry.example/shared/emulator"
)

// terminal returns the two ends of a terminal: what a program writes to the second one can
// be read from the first.
func terminal(t *testing.T) (outside, inside *os.File) {
	t.Helper()
	outside, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("this system gives no terminal: %v", err)
	}
	t.Cleanup(func() { _ = outside.Close() })
	var unlock, number int32
	for request, argument := range map[uintptr]*int32{syscall.TIOCSPTLCK: &unlock, syscall.TIOCGPTN: &number} {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, outside.Fd(), request, uintptr(unsafe.Pointer(argument))); errno != 0 { //nolint:gosec // G103: ioctl takes a pointer
			t.Skipf("this system gives no terminal: %v", errno)
		}
	}
	inside, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("this system gives no terminal: %v", err)
	}
	return outside, inside
}

// TestLogsForPeople: at a terminal a request is one short line, and nothing that a client
// sends reaches the terminal as it is.
func TestLogsForPeople(t *testing.T) {
	outside, inside := terminal(t)
	log := &emulator.Output{}
	r := runnerInto(t, inside)
	copied := make(chan struct{})
	go func() { _, _ = io.Copy(log, outside); close(copied) }()
	for _, path := range []string{"/check-expiration", "/recipes", "/recipes/" + url.PathEscape("\x1b[31mred\nFAKE 200\x07")} {
		resp, err := http.Get(r.url + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
	r.end(t)
	_ = inside.Close()
	<-copied
	plain := regexp.MustCompile("\x1b\\[[0-9;]*m").ReplaceAllString(strings.ReplaceAll(log.String(), "\r", ""), "")
	lines := strings.Split(strings.TrimSpace(plain), "\n")
	if len(lines) != 3 {
		t.Fatalf("3 requests wrote %d lines:\n%q", len(lines), log.String())
	}
	short := regexp.MustCompile(`^\d\d:\d\d:\d\d INF GET /check-expiration 200 took=[0-9.µm]+s$`)
	if !short.MatchString(lines[0]) {
		t.Errorf("the line of a request is %q", lines[0])
	}
	if log.String() == plain {
		t.Error("the lines have no colour")
	}
	if !strings.Contains(lines[1], "code=no_session") {
		t.Errorf("a refusal without its code: %q", lines[1])
	}
	if strings.ContainsAny(plain, "\x1b\x07") || !strings.Contains(lines[2], `\x1b[31mred\nFAKE 200\a`) {
		t.Errorf("what a client sent reached the terminal: %q", lines[2])
	}
	for _, secret := range []string{"requestId", "remoteIp", "httpRequest"} {
		if strings.Contains(plain, secret) {
			t.Errorf("a line for people holds %s:\n%s", secret, plain)
		}
	}
}
