package user

import (
	"context"
	"errors"

	"cloud.google.com/go/firestore"

	"pantry.example/shared/config"
	"pantry.example/shared/identity/firebase"
	"pantry.example/shared/recipe/store"
	"pantry.example/shared/session"
)

// open connects to Redis, Firebase and Firestore as the configuration says. The second result
// closes the connections.
func open(ctx context.Context, getenv func(string) string, opens opener) (tools, func(), error) {
	cfg, err := config.Load(getenv)
	switch {
	case err != nil:
		return tools{}, nil, err
	case (cfg.AuthEmulator == "") != (cfg.FirestoreEmulator == ""):
		return tools{}, nil, errors.New("one emulator is set and the other is not, so the accounts and the recipes would not belong together: " +
			"set both FIREBASE_AUTH_EMULATOR_HOST and FIRESTORE_EMULATOR_HOST, or neither")
	case cfg.AuthEmulator == "" && getenv("GOOGLE_CLOUD_PROJECT") == "":
		return tools{}, nil, errors.New("GOOGLE_CLOUD_PROJECT is not set: write the project's ID")
	}
	accounts, err := firebase.Open(ctx, cfg.ProjectID, cfg.AuthEmulator)
	if err != nil {
		return tools{}, nil, err
	}
	sessions, err := session.FromConfig(cfg, accounts.Lookup, accounts.VerifySessionCookie)
	if err != nil {
		return tools{}, nil, err
	}
	recipes, done, err := opens(ctx, cfg)
	if err != nil {
		return tools{}, nil, err
	}
	return tools{project: cfg.ProjectID, sessions: sessions, firebase: accounts, recipes: recipes}, done, nil
}

// opener opens the recipes. The second result closes them.
type opener func(context.Context, config.Config) (Recipes, func(), error)

func openRecipes(ctx context.Context, cfg config.Config) (Recipes, func(), error) {
	client, err := firestore.NewClient(ctx, cfg.ProjectID)
	if err != nil {
		return nil, nil, errors.New("open firestore: no application default credentials; run gcloud auth application-default login")
	}
	return store.NewFirestore(client), func() { _ = client.Close() }, nil
}
