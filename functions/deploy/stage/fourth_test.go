package stage_test

import (
	"bufio"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"pantry.example/functions"
	"pantry.example/functions/deploy/scaffold"
	"pantry.example/functions/deploy/stage"
)

// copyRepository copies what git would have of the repository.
func copyRepository(t *testing.T) string {
	t.Helper()
	root, to := repository(t), t.TempDir()
	for _, file := range []string{"go.mod", "go.sum", "cloudbuild.yaml"} {
		content, err := os.ReadFile(filepath.Join(root, file))
		if err == nil {
			err = os.WriteFile(filepath.Join(to, file), content, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, folder := range []string{"functions", "shared"} {
		if err := os.CopyFS(filepath.Join(to, folder), os.DirFS(filepath.Join(root, folder))); err != nil {
			t.Fatal(err)
		}
	}
	return to
}

// inCopy runs the go command in a copy of the repository, without a network.
func inCopy(t *testing.T, root string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=readonly", "GOPROXY=off", "GOWORK=off", "PWD="+root)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// TestFourthFunction makes a function, and has it tested, staged, built and run as the others
// are.
func TestFourthFunction(t *testing.T) {
	root := copyRepository(t)
	f, err := scaffold.Write(root, "fourth-of-a-test")
	if err != nil {
		t.Fatal(err)
	}
	if want := (functions.Function{Name: "fourth-of-a-test", EntryPoint: "FourthOfATest", Package: "functions/fourthofatest"}); f != want {
		t.Errorf("Write() = %v, want %v", f, want)
	}
	inCopy(t, root, "vet", "./functions", "./"+f.Package, "./functions/local/handlers")
	inCopy(t, root, "test", "-short", "./"+f.Package)
	inCopy(t, root, "test", "-run=TestStepsWait|TestSubstitutions|TestReadme|TestEveryFunctionIsDeployed", "./functions/deploy")
	t.Run("runs locally", func(t *testing.T) { runsLocally(t, root, f) })
	t.Run("runs as deployed", func(t *testing.T) { runsDeployed(t, root, f) })
}

// runsLocally starts the local runner of the copy.
func runsLocally(t *testing.T, root string, f functions.Function) {
	binary := filepath.Join(t.TempDir(), "local")
	inCopy(t, root, "build", "-o", binary, "./functions/local")
	cmd := exec.Command(binary)
	cmd.Dir = t.TempDir()
	cmd.Env = []string{"PORT=0", "AUTH_PORT=0", "HOME=" + cmd.Dir}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	}()
	url, auth := "", ""
	for lines := bufio.NewScanner(out); url == "" && lines.Scan(); {
		if fields := strings.Fields(lines.Text()); len(fields) > 2 && fields[0] == "Firebase" {
			auth = "http://" + fields[2]
		}
		url, _ = strings.CutPrefix(lines.Text(), "ready ")
		if !strings.HasPrefix(url, "http") {
			url = ""
		}
	}
	bearer := signInAs(t, "demo", "demo@pantry.example", "pantry-demo", auth, url+"/set-cache")
	greets(t, url+"/"+f.Name, bearer, "demo")
	greets(t, url+"/api/"+f.Name, bearer, "demo")
}

// runsDeployed builds what is staged of the copy as the buildpack does. See TestDeployed for
// the plain go test.
func runsDeployed(t *testing.T, root string, f functions.Function) {
	tree, err := stage.Write(t.Context(), root, t.TempDir(), f)
	if err != nil {
		t.Fatal(err)
	}
	if os.Getenv("CI") != "true" {
		resolves(t, tree)
		return
	}
	b := newBackends(t)
	setCache := start(t, build(t, write(t, t.TempDir(), "set-cache")), "SetCache", b.env...)
	fourth := start(t, build(t, tree), f.EntryPoint, b.env...)
	greets(t, fourth.url+"/", signIn(t, b, setCache.url), "ada")
}

// greets asks a new function without a session and with one.
func greets(t *testing.T, url, bearer, uid string) {
	t.Helper()
	if got := mustCall(t, http.MethodGet, url, ""); got.status != http.StatusUnauthorized {
		t.Errorf("GET %s without a session = %d %s, want 401", url, got.status, got.body)
	}
	if got := mustCall(t, http.MethodGet, url, "", "Authorization", bearer); got.status != http.StatusOK || got.field("userID") != uid {
		t.Errorf("GET %s = %d %s, want 200 and %s", url, got.status, got.body, uid)
	}
}
