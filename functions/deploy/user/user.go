// Package user is for an operator. It shows a user's sessions and recipes, closes the
// sessions, removes the recipes, and finds recipes of accounts that no longer exist.
package user

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"strings"
	"text/tabwriter"

	"pantry.example/shared/identity/firebase"
	"pantry.example/shared/recipe"
	"pantry.example/shared/session"
)

const help = `go run ./functions/deploy user UID [-close | -forget] [-yes]
go run ./functions/deploy user -orphans [-yes]

Lists the open sessions of a user and counts the recipes.

  -close     close all sessions, and end the user's sign-ins at Firebase
  -forget    close all sessions, and remove all recipes for good
  -orphans   list the users who have recipes but no account any more, and remove the recipes
  -yes       do it; without -yes nothing is changed

Set REDIS_SERVER, SESSION_KEYS, SESSION_TTL, SESSION_IDLE and GOOGLE_CLOUD_PROJECT to the values of the deployed
functions, in this shell or .env. SESSION_IDLE decides which sessions count as open.
The command uses your own credentials: run gcloud auth application-default login once.
`

// Recipes is a store that can also list the users who have recipes.
type Recipes interface {
	recipe.Store
	// Owners yields the uid of each user who has recipes.
	Owners(ctx context.Context) iter.Seq2[string, error]
}

// command is what the command line asks for.
type command struct {
	uid                         string
	close, forget, orphans, yes bool
}

// Run is the command. It reads the configuration with getenv, which is os.Getenv in a program.
// The libraries of Firebase and Firestore read the variables of their emulators from the
// process.
func Run(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	return run(ctx, args, getenv, openRecipes, out)
}

func run(ctx context.Context, args []string, getenv func(string) string, opens opener, out io.Writer) error {
	cmd, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		_, err = io.WriteString(out, help)
		return err
	}
	if err != nil {
		return fmt.Errorf("%w; user -h lists the flags", err)
	}
	t, done, err := open(ctx, getenv, opens)
	if err != nil {
		return err
	}
	defer done()
	t.out = out
	if cmd.orphans {
		return t.orphans(ctx, cmd.yes)
	}
	return t.one(ctx, cmd)
}

// parse takes flags before the UID and after it.
func parse(args []string) (command, error) {
	var cmd command
	flags := flag.NewFlagSet("user", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.BoolVar(&cmd.close, "close", false, "")
	flags.BoolVar(&cmd.forget, "forget", false, "")
	flags.BoolVar(&cmd.orphans, "orphans", false, "")
	flags.BoolVar(&cmd.yes, "yes", false, "")
	err := flags.Parse(args)
	if err == nil && flags.NArg() > 0 {
		cmd.uid = flags.Arg(0)
		err = flags.Parse(flags.Args()[1:])
	}
	switch {
	case err != nil:
		return cmd, err
	case flags.NArg() > 0 || cmd.orphans == (cmd.uid != ""):
		return cmd, errors.New("write one UID, or -orphans")
	case cmd.orphans && (cmd.close || cmd.forget) || cmd.close && cmd.forget:
		return cmd, errors.New("write one of -close, -forget and -orphans")
	case cmd.yes && !cmd.close && !cmd.forget && !cmd.orphans:
		return cmd, errors.New("-yes goes with -close, -forget or -orphans")
	}
	return cmd, nil
}

// tools are what the commands work with.
type tools struct {
	project  string
	sessions *session.Cache
	firebase *firebase.Firebase
	recipes  Recipes
	out      io.Writer
}

func (t tools) say(format string, args ...any) { _, _ = fmt.Fprintf(t.out, format+"\n", args...) }

// one shows a user's sessions and recipes. With -yes it closes the sessions, or removes both.
func (t tools) one(ctx context.Context, cmd command) error {
	missing, err := t.firebase.Missing(ctx, []string{cmd.uid})
	if err != nil {
		return err
	}
	if err := t.show(ctx, cmd.uid, len(missing) == 0); err != nil {
		return err
	}
	switch {
	case cmd.close && !cmd.yes:
		t.say("\nAdd -yes to close the sessions and to end the user's sign-ins at Firebase.")
	case cmd.forget && !cmd.yes:
		t.say("\nAdd -yes to close the sessions and to remove the recipes for good.")
	case cmd.close:
		return t.close(ctx, cmd.uid)
	case cmd.forget:
		if err := t.forget(ctx, cmd.uid); err != nil {
			return err
		}
		if len(missing) == 0 {
			t.say("The account still exists: delete it in the Firebase console > Authentication, or the user may sign in again.")
		}
	}
	return nil
}

func (t tools) show(ctx context.Context, uid string, exists bool) error {
	sessions, err := t.sessions.List(ctx, uid)
	if err != nil {
		return fmt.Errorf("list the sessions: %w", err)
	}
	recipes, trashed := 0, 0
	for r, err := range t.recipes.All(ctx, uid) {
		if err != nil {
			return fmt.Errorf("count the recipes: %w", err)
		}
		recipes++
		if r.State == recipe.Trashed {
			trashed++
		}
	}
	account := "has an account"
	if !exists {
		account = "has no account"
	}
	t.say("%s %s in %s, %d open sessions and %d recipes, %d of them in the trash", uid, account, t.project, len(sessions), recipes, trashed)
	if len(sessions) == 0 {
		return nil
	}
	table := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "\nSESSION\tDEVICE\tSIGNED IN\tLAST SEEN\tENDS")
	const minute = "2006-01-02 15:04Z"
	for _, s := range sessions {
		row := []string{s.ID, s.Device, s.Created.UTC().Format(minute), s.LastSeen.UTC().Format(minute), s.Expires.UTC().Format(minute)}
		_, _ = fmt.Fprintln(table, strings.Join(row, "\t"))
	}
	return table.Flush()
}

// close closes the sessions before it asks Firebase, so that they are closed even when
// Firebase cannot be reached.
func (t tools) close(ctx context.Context, uid string) error {
	if err := t.sessions.CloseAll(ctx, uid); err != nil {
		return fmt.Errorf("close the sessions: %w", err)
	}
	if err := t.firebase.Revoke(ctx, uid); err != nil {
		return fmt.Errorf("the sessions are closed, but the sign-ins at Firebase are not ended; run this again: %w", err)
	}
	t.say("The sessions of %s are closed. Each device must sign in again.", uid)
	return nil
}

// forget closes the sessions first, so that nothing is added while recipes are removed. For
// SESSION_TTL, Redis keeps under the uid when the sessions were closed, to refuse earlier
// sign-ins.
func (t tools) forget(ctx context.Context, uid string) error {
	if err := t.close(ctx, uid); err != nil {
		return err
	}
	return t.remove(ctx, uid)
}

func (t tools) remove(ctx context.Context, uid string) error {
	if err := t.recipes.DeleteAll(ctx, uid); err != nil {
		return fmt.Errorf("remove the recipes of %s; run this again: %w", uid, err)
	}
	t.say("The recipes of %s are removed.", uid)
	return nil
}
