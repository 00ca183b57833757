package authemulator

// clientConfig is what old SDKs and the browser's popup ask first.
func (s *Server) clientConfig(*call) (any, error) {
	return map[string]any{"projectId": projectNumber, "authorizedDomains": []string{"localhost"}}, nil
}

// recaptchaConfig says that no reCAPTCHA is asked for. The official emulator answers 501.
func (s *Server) recaptchaConfig(*call) (any, error) {
	return map[string]any{
		"recaptchaKey": "projects/" + projectNumber + "/keys/fake-key",
		"recaptchaEnforcementState": []map[string]string{
			{"provider": "EMAIL_PASSWORD_PROVIDER", "enforcementState": "OFF"},
		},
	}, nil
}

// passwordPolicy is the policy of a new project. The official emulator answers 501.
func (s *Server) passwordPolicy(*call) (any, error) {
	return map[string]any{
		"customStrengthOptions":            map[string]int{"minPasswordLength": 6, "maxPasswordLength": 4096},
		"allowedNonAlphanumericCharacters": []string{},
		"enforcementState":                 "OFF",
		"schemaVersion":                    1,
	}, nil
}

// deleteAll empties the emulator.
func (s *Server) deleteAll(*call) (any, error) {
	clear(s.accounts)
	return map[string]any{}, nil
}

func (s *Server) listOobCodes(*call) (any, error) {
	return map[string]any{"oobCodes": append([]oobCode{}, s.oobCodes...)}, nil
}

func (s *Server) getConfig(*call) (any, error) {
	return s.config, nil
}

// patchConfig changes the settings that the body has.
func (s *Server) patchConfig(c *call) (any, error) {
	changed := s.config
	if err := c.decode(&changed); err != nil {
		return nil, err
	}
	s.config = changed
	return s.config, nil
}
