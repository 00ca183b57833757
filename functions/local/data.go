package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// dataDir is the folder DATA_DIR, where accounts and recipes are kept. One runner at a time
// may use it. "" keeps nothing.
//
//	accounts.json        the accounts of the embedded auth emulator
//	recipes/HASH.json    the recipes of one user
type dataDir string

const accountsFile, recipesFolder = "accounts.json", "recipes"

// make makes the folder. Only this user of the machine can read it.
func (d dataDir) make() error {
	if strings.HasPrefix(string(d), "~") {
		return errors.New("DATA_DIR begins with ~, which only a shell understands: write the whole path")
	}
	if err := os.MkdirAll(filepath.Join(string(d), recipesFolder), 0o700); err != nil {
		return fmt.Errorf("make the folder of DATA_DIR: %w", err)
	}
	return nil
}

// write replaces a file, whole or not at all: a crash leaves the old one or the new one.
func (d dataDir) write(name string, content []byte) (err error) {
	path := filepath.Join(string(d), name)
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder makes sure that a rename survives a power cut. Some systems cannot do that;
// their error is ignored.
func syncFolder(path string) error {
	folder, err := os.Open(path) //nolint:gosec // G304: it is in DATA_DIR
	if err != nil {
		return err
	}
	if err := folder.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrInvalid) {
		_ = folder.Close()
		return err
	}
	return folder.Close()
}

// read returns a file's content. It returns nil when there is no such file.
func (d dataDir) read(name string) ([]byte, error) {
	content, err := os.ReadFile(filepath.Join(string(d), name)) //nolint:gosec // G304: it is in DATA_DIR
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return content, err
}

// setAside renames a damaged file and returns a line about it for the announcement.
func (d dataDir) setAside(name string, why error) (string, error) {
	path := filepath.Join(string(d), name)
	aside := path + ".damaged-" + time.Now().UTC().Format("20060102T150405.000")
	if err := os.Rename(path, aside); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s is damaged (%v). It is now %s, and what it held is missing here.", path, why, filepath.Base(aside)), nil
}

// userFile is one user's recipes on the disk.
type userFile struct {
	UID     string          `json:"uid"`
	Recipes json.RawMessage `json:"recipes"`
}

// writeRecipes keeps all recipes of a user. A uid may hold anything, so the file is named by
// its hash.
func (d dataDir) writeRecipes(uid string, recipes []byte) error {
	content, err := json.Marshal(userFile{uid, recipes})
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(uid))
	return d.write(filepath.Join(recipesFolder, hex.EncodeToString(sum[:16])+".json"), content)
}

// readRecipes passes every user's recipes to restore. It sets aside the files that restore
// refuses, and returns a line about each.
func (d dataDir) readRecipes(restore func(uid string, recipes []byte) error) (told []string, err error) {
	paths, err := filepath.Glob(filepath.Join(string(d), recipesFolder, "*.json"))
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		name := filepath.Join(recipesFolder, filepath.Base(path))
		content, err := d.read(name)
		if err != nil {
			return told, err
		}
		var user userFile
		damage := json.Unmarshal(content, &user)
		if damage == nil {
			damage = restore(user.UID, user.Recipes)
		}
		if damage != nil {
			line, err := d.setAside(name, damage)
			if err != nil {
				return told, err
			}
			told = append(told, line)
		}
	}
	return told, nil
}
