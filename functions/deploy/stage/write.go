package stage

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"pantry.example/functions"
)

// Write stages f from the repository at root and returns the folder out/<name>. After an
// error that folder is as it was before. Equal sources give equal trees, byte for byte,
// with equal file modes and times. Write changes nothing in the repository. It runs the go
// command, which may download modules that are not in its cache.
func Write(ctx context.Context, root, out string, f functions.Function) (_ string, err error) {
	out, err = prepare(root, out)
	if err != nil {
		return "", err
	}
	work, err := os.MkdirTemp(out, unfinished)
	if err != nil {
		return "", fmt.Errorf("write to -out: %w", err)
	}
	defer func() { err = firstOf(err, os.RemoveAll(work)) }()
	tree := filepath.Join(work, f.Name)
	for _, step := range []func() error{
		func() error { return copyModule(ctx, root, tree, f) },
		func() error { return writeRoot(tree, f) },
		func() error { return resolve(ctx, root, tree) },
		func() error { return settle(tree) },
	} {
		if err := step(); err != nil {
			return "", err
		}
	}
	return filepath.Join(out, f.Name), replace(tree, filepath.Join(out, f.Name), filepath.Join(work, "old"))
}

func firstOf(err, second error) error {
	if err != nil {
		return err
	}
	return second
}

// replace moves the tree at target to old, and tree to target.
func replace(tree, target, old string) error {
	err := os.Rename(target, old)
	if err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("replace the last staged tree: %w", err)
	}
	had := err == nil
	if err := os.Rename(tree, target); err != nil {
		if had {
			_ = os.Rename(old, target)
		}
		return fmt.Errorf("put the staged tree in its place: %w", err)
	}
	return nil
}

// stamp is the time of every staged file, so that an archive of the tree depends on the
// sources alone. A zip file cannot hold a time before 1980.
var stamp = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// settle gives every file the same mode and time, so that they do not depend on the umask
// and the clock. It removes files that could exclude others from the upload, such as the
// .gitignore of a dependency.
func settle(tree string) error {
	root, err := os.OpenRoot(tree)
	if err != nil {
		return fmt.Errorf("open the staged tree: %w", err)
	}
	defer func() { _ = root.Close() }() // only read
	var dirs []string
	err = fs.WalkDir(root.FS(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			dirs = append(dirs, path)
			return root.Chmod(path, 0o755) // public source code, which Cloud Build reads as another user
		}
		if slices.Contains([]string{".gitignore", ".gitattributes", ".gcloudignore"}, d.Name()) {
			return root.Remove(path)
		}
		if err := root.Chmod(path, 0o644); err != nil {
			return err
		}
		return root.Chtimes(path, stamp, stamp)
	})
	for _, dir := range dirs {
		err = firstOf(err, root.Chtimes(dir, stamp, stamp))
	}
	if err != nil {
		return fmt.Errorf("set the modes of the staged files: %w", err)
	}
	return nil
}
