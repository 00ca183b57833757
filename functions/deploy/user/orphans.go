package user

import (
	"context"
	"errors"

	"pantry.example/shared/identity/firebase"
)

// orphans lists the users who have recipes but no account. With yes it removes these recipes.
// Such a user has no session: a session ends when Firebase no longer knows its user.
func (t tools) orphans(ctx context.Context, yes bool) error {
	orphans, owners, err := t.findOrphans(ctx)
	if err != nil {
		return err
	}
	for _, uid := range orphans {
		t.say("%s", uid)
	}
	t.say("%d of %d users with recipes have no account in %s", len(orphans), owners, t.project)
	switch {
	case len(orphans) == 0:
		return nil
	case !yes:
		t.say("\nAdd -yes to remove their recipes for good.")
		return nil
	case len(orphans) == owners:
		return errors.New("nobody has an account, so this may be the wrong project: nothing is removed; remove one user's recipes with user UID -forget -yes")
	}
	for _, uid := range orphans {
		if err := t.remove(ctx, uid); err != nil {
			return err
		}
	}
	return nil
}

// findOrphans returns the users who have recipes but no account, and the number of all users
// with recipes.
func (t tools) findOrphans(ctx context.Context) (orphans []string, owners int, err error) {
	var batch []string
	ask := func() error {
		missing, err := t.firebase.Missing(ctx, batch)
		orphans, batch = append(orphans, missing...), nil
		return err
	}
	for uid, err := range t.recipes.Owners(ctx) {
		if err != nil {
			return nil, 0, err
		}
		owners++
		if batch = append(batch, uid); len(batch) == firebase.MaxMissing {
			if err := ask(); err != nil {
				return nil, 0, err
			}
		}
	}
	err = ask()
	return orphans, owners, err
}
