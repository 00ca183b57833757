package firebase

import (
	"context"
	"fmt"

	"firebase.google.com/go/v4/auth"

	"pantry.example/shared/identity"
	"pantry.example/shared/identity/deadline"
)

// MaxMissing is how many accounts one call of Missing can check.
const MaxMissing = 100

// Missing returns the uids that have no account. It takes at most MaxMissing. A disabled
// account is not missing. The error is identity.ErrUnavailable.
func (f *Firebase) Missing(ctx context.Context, uids []string) ([]string, error) {
	ids := make([]auth.UserIdentifier, len(uids))
	for i, uid := range uids {
		ids[i] = auth.UIDIdentifier{UID: uid}
	}
	found, err := deadline.Do(ctx, f.limit, func(ctx context.Context) (*auth.GetUsersResult, error) { return f.client.GetUsers(ctx, ids) })
	if err != nil {
		return nil, fmt.Errorf("look up accounts: %w: %w", identity.ErrUnavailable, reason(err))
	}
	there := map[string]bool{}
	for _, user := range found.Users {
		there[user.UID] = true
	}
	var missing []string
	for _, uid := range uids {
		if !there[uid] {
			missing = append(missing, uid)
		}
	}
	return missing, nil
}
