package stage

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"pantry.example/functions"
)

// Tags are the build tags of a deployed function: they leave out gRPC parts of
// cloud.google.com/go/storage and the tracing of package grpc, which nothing here uses.
const Tags = "disable_grpc_modules,grpcnotrace"

// listed is what `go list -json` says of a package.
type listed struct {
	ImportPath, Dir                                           string
	GoFiles, IgnoredGoFiles, EmbedFiles, OtherFiles, CgoFiles []string
	Module                                                    *struct{ Path string }
}

// copyModule copies go.mod, go.sum and the packages of this module that f links. It leaves
// out tests and their data.
func copyModule(ctx context.Context, root, tree string, f functions.Function) error {
	out, err := goCommand(ctx, root, "list", "-deps", "-tags="+Tags,
		"-json=ImportPath,Dir,GoFiles,IgnoredGoFiles,EmbedFiles,OtherFiles,CgoFiles,Module", "./"+f.Package)
	if err != nil {
		return err
	}
	files := []string{"go.mod", "go.sum"}
	packages := json.NewDecoder(bytes.NewReader(out))
	for {
		var p listed
		if err := packages.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return fmt.Errorf("read go list: %w", err)
		}
		if p.Module == nil || p.Module.Path != Module {
			continue
		}
		folder := filepath.FromSlash(strings.TrimPrefix(p.ImportPath, Module+"/"))
		for _, name := range slices.Concat(p.GoFiles, p.IgnoredGoFiles, p.EmbedFiles, p.OtherFiles, p.CgoFiles) {
			if !strings.HasSuffix(name, "_test.go") {
				files = append(files, filepath.Join(folder, name))
			}
		}
	}
	for _, file := range files {
		if err := copyFile(filepath.Join(root, file), filepath.Join(tree, file)); err != nil {
			return fmt.Errorf("copy %s: %w", file, err)
		}
	}
	return nil
}

func copyFile(from, to string) error {
	content, err := os.ReadFile(from) //nolint:gosec // files of the repository, as go list names them
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil { //nolint:gosec // settle sets the modes
		return err
	}
	return os.WriteFile(to, content, 0o644) //nolint:gosec // as above
}

// writeRoot writes the root package of the tree. The buildpack sees the import of
// functions and knows that the function registers itself. Its generated main imports
// funcframework, which must be vendored.
func writeRoot(tree string, f functions.Function) error {
	const framework = "github.com/GoogleCloudPlatform/functions-framework-go/"
	content := mark + "\n\n" +
		"// Package function is the root that Google's Go buildpack looks for. The function,\n" +
		"// " + f.EntryPoint + ", is in " + f.Package + ".\n" +
		"package function\n\nimport (\n" +
		"\t_ \"" + framework + "funcframework\"\n" +
		"\t_ \"" + framework + "functions\"\n\n" +
		"\t_ \"" + Module + "/" + f.Package + "\"\n)\n"
	if err := os.WriteFile(filepath.Join(tree, rootFile), []byte(content), 0o644); err != nil { //nolint:gosec // settle sets the modes
		return fmt.Errorf("write the root package: %w", err)
	}
	return nil
}

// resolve reduces go.mod and go.sum to what the function needs, and vendors it. It refuses
// a line that the repository's own files do not have, because that version was not tested.
func resolve(ctx context.Context, root, tree string) error {
	if _, err := goCommand(ctx, tree, "mod", "tidy"); err != nil {
		return err
	}
	for _, file := range []string{"go.mod", "go.sum"} {
		added, err := addedLine(filepath.Join(root, file), filepath.Join(tree, file))
		if err != nil {
			return fmt.Errorf("compare %s with the repository's: %w", file, err)
		}
		if added != "" {
			return fmt.Errorf("%s of the repository lacks %q, which the function needs: run go mod tidy, test, and stage again", file, added)
		}
	}
	_, err := goCommand(ctx, tree, "mod", "vendor")
	return err
}

// addedLine returns a line of the file at now that the file at before does not have. It
// ignores `// indirect` comments, which depend on the other modules.
func addedLine(before, now string) (string, error) {
	lines := func(path string) ([]string, error) {
		content, err := os.ReadFile(path) //nolint:gosec // go.mod and go.sum
		var all []string
		for line := range strings.Lines(string(content)) {
			all = append(all, strings.TrimPrefix(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(line), "// indirect")), "require "))
		}
		return all, err
	}
	had, err := lines(before)
	if err != nil {
		return "", err
	}
	has, err := lines(now)
	if err != nil {
		return "", err
	}
	for _, line := range has {
		if !slices.Contains(had, line) {
			return line, nil
		}
	}
	return "", nil
}

// goCommand runs the go command for the platform of the deployed functions and returns its
// output. The developer's own build settings do not count.
func goCommand(ctx context.Context, dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...) //nolint:gosec // arguments of this package
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off", "GO111MODULE=on",
		"GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0", "PWD="+dir)
	if args[0] == "list" {
		cmd.Env = append(cmd.Env, "GOFLAGS=-mod=readonly") // the repository's go.mod is not ours to write
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			return nil, errors.New("the go command is not in PATH: install Go (https://go.dev/dl/)")
		}
		return nil, fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, strings.TrimSpace(stderr.String()))
	}
	return stdout.Bytes(), nil
}
