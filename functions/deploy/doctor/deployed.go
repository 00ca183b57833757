package doctor

import (
	"context"
	"encoding/json"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"pantry.example/functions"
	"pantry.example/functions/deploy/gcloud"
)

// readTimeout is how long gcloud may take to read a deployment.
const readTimeout = time.Minute

const checkDeployed = "deployed"

// deployment is what is known of the deployed functions of a project.
type deployment struct {
	env  map[string]string
	urls []string
}

// deployedFunction is the part of a row of gcloud functions list that is used here.
type deployedFunction struct {
	Name          string
	ServiceConfig struct {
		URI                        string
		EnvironmentVariables       map[string]string
		SecretEnvironmentVariables []secretVariable
	}
}

type secretVariable struct{ Key, Secret, Version string }

// deployed reads the variables and the URLs of the functions of a project with gcloud's
// account. It reads the secrets only if secrets is true; they stay in this process. Before
// the first deployment it reads the secret that the set-up made.
func (r *report) deployed(ctx context.Context, project string, secrets bool) deployment {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	d := deployment{env: map[string]string{"GOOGLE_CLOUD_PROJECT": project}}
	var listed []deployedFunction
	out, err := gcloud.Run(ctx, "", "functions", "list", "--project="+project, "--format=json", "--quiet")
	if err == nil {
		err = json.Unmarshal([]byte(out), &listed)
	}
	if err != nil {
		r.fail(checkDeployed, "the functions of "+project+" cannot be listed: "+err.Error(), "Sign in with gcloud auth login, as an account that may view the project")
		return d
	}
	variables := map[string]secretVariable{}
	var found []string
	for _, f := range listed {
		name := path.Base(f.Name)
		if !slices.Contains(functions.Names(), name) || f.ServiceConfig.URI == "" {
			continue
		}
		found = append(found, name)
		d.urls = append(d.urls, name+"="+f.ServiceConfig.URI)
		maps.Copy(d.env, f.ServiceConfig.EnvironmentVariables)
		for _, v := range f.ServiceConfig.SecretEnvironmentVariables {
			if old, ok := variables[v.Key]; ok && old != v {
				r.warn(checkDeployed, "the functions have different versions of "+v.Key, "Deploy all of them again with one version")
			}
			variables[v.Key] = v
		}
	}
	if len(found) == 0 {
		variables["REDIS_SERVER"] = secretVariable{"REDIS_SERVER", "redis-server", "latest"}
		r.warn(checkDeployed, "no function of Pantry is deployed in "+project, "Deploy as functions/deploy/README.md says")
	} else {
		r.pass(checkDeployed, strings.Join(found, ", ")+" in "+project)
	}
	if secrets {
		r.secrets(ctx, project, variables, d.env)
	}
	return d
}

func (r *report) secrets(ctx context.Context, project string, variables map[string]secretVariable, env map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		v := variables[name]
		value, err := gcloud.Run(ctx, "", "secrets", "versions", "access", v.Version, "--secret="+v.Secret, "--project="+project, "--quiet")
		if err != nil {
			r.fail(checkDeployed, "the secret "+v.Secret+", version "+v.Version+", cannot be read: "+err.Error(),
				"Use an account with roles/secretmanager.secretAccessor. functions/deploy/README.md says how the secret of "+name+" is stored")
			continue
		}
		env[name] = value
	}
}
