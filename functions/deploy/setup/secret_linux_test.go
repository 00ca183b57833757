package setup_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"pantry.example/functions/deploy/setup"
)

// terminal opens a pseudo-terminal: what a person types into hands arrives at in, and
// hands shows what the terminal shows.
func terminal(t *testing.T) (hands, in *os.File) {
	t.Helper()
	hands, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("this machine has no terminals: ", err)
	}
	t.Cleanup(func() { _ = hands.Close() })
	var number, unlock int32
	for request, value := range map[uintptr]*int32{syscall.TIOCGPTN: &number, syscall.TIOCSPTLCK: &unlock} {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, hands.Fd(), request, uintptr(unsafe.Pointer(value))); errno != 0 { //nolint:gosec // how the kernel hands out terminals
			t.Skip("this machine has no terminals: ", errno)
		}
	}
	in, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip("this machine has no terminals: ", err)
	}
	t.Cleanup(func() { _ = in.Close() })
	return hands, in
}

// notify closes a channel at the first write.
type notify struct {
	text    bytes.Buffer
	written chan struct{}
}

func (n *notify) Write(p []byte) (int, error) {
	if n.text.Len() == 0 {
		close(n.written)
	}
	return n.text.Write(p)
}

func TestSecretFromATerminal(t *testing.T) {
	hands, in := terminal(t)
	prompt := &notify{written: make(chan struct{})}
	type read struct {
		text string
		err  error
	}
	got := make(chan read)
	go func() {
		text, err := setup.Real(in, io.Discard).Secret("", prompt)
		got <- read{text, err}
	}()
	<-prompt.written
	// The echo is switched off between the prompt and the reading. What is typed before is
	// shown by the terminal itself, so this waits for the flag.
	for echoes(t, in) {
	}
	if _, err := io.WriteString(hands, address+"\n"); err != nil {
		t.Fatal(err)
	}
	if r := <-got; r.err != nil || r.text != address {
		t.Errorf("read %d characters, %v; want the address", len(r.text), r.err)
	}
	if _, err := io.WriteString(in, "end\n"); err != nil { // so that the next read returns
		t.Fatal(err)
	}
	shown := make([]byte, 4096)
	n, err := hands.Read(shown)
	if err != nil || strings.Contains(string(shown[:n]), "rediss") || strings.Contains(prompt.text.String(), "rediss") {
		t.Errorf("the terminal shows %q, %v", shown[:n], err)
	}
}

func echoes(t *testing.T, f *os.File) bool {
	t.Helper()
	var state syscall.Termios
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), syscall.TCGETS, uintptr(unsafe.Pointer(&state))); errno != 0 { //nolint:gosec // how the kernel tells it
		t.Fatal(errno)
	}
	return state.Lflag&syscall.ECHO != 0
}

func TestSecretFromAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "redis")
	if err := os.WriteFile(file, []byte(address+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	opened, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = opened.Close() }()
	for name, w := range map[string]setup.World{file: setup.Real(os.Stdin, io.Discard), "": setup.Real(opened, io.Discard)} {
		if text, err := w.Secret(name, io.Discard); err != nil || text != address+"\n" {
			t.Errorf("from %q: %d characters, %v", name, len(text), err)
		}
	}
	if _, err := setup.Real(opened, io.Discard).Secret(file+"2", io.Discard); err == nil {
		t.Error("a file that is not there was read")
	}
}
