package authemulator

import (
	"net/url"
	"slices"
	"strings"
)

// oobCode is an out-of-band code: what production would send by e-mail. GET …/oobCodes lists them.
type oobCode struct {
	Email       string `json:"email"`
	NewEmail    string `json:"newEmail,omitempty"`
	RequestType string `json:"requestType"`
	Code        string `json:"oobCode"`
	Link        string `json:"oobLink"`
}

// modes are the request types and the names that the links use for them.
var modes = map[string]string{
	"PASSWORD_RESET":          "resetPassword",
	"VERIFY_EMAIL":            "verifyEmail",
	"EMAIL_SIGNIN":            "signIn",
	"VERIFY_AND_CHANGE_EMAIL": "verifyAndChangeEmail",
}

type oobRequest struct {
	RequestType   string `json:"requestType"`
	Email         string `json:"email"`
	NewEmail      string `json:"newEmail"`
	IDToken       string `json:"idToken"`
	ContinueURL   string `json:"continueUrl"`
	ReturnOobLink bool   `json:"returnOobLink"`
}

// sendOobCode makes a code. No e-mail is sent: an owner gets the link in the answer, everybody else
// finds it with GET /emulator/v1/projects/{project}/oobCodes.
func (s *Server) sendOobCode(c *call) (any, error) {
	var in oobRequest
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	mode := modes[in.RequestType]
	switch {
	case in.RequestType == "" || in.RequestType == "OOB_REQ_TYPE_UNSPECIFIED":
		return nil, bad("MISSING_REQ_TYPE")
	case mode == "":
		return nil, notImplemented("This requestType")
	case in.ReturnOobLink && !c.owner:
		return nil, bad("INSUFFICIENT_PERMISSION")
	case in.ContinueURL != "" && !absoluteURL(in.ContinueURL):
		return nil, bad("INVALID_CONTINUE_URI : ((expected an absolute URI with valid scheme and host))")
	case len(in.ContinueURL) > maxText || len(in.Email) > maxText || len(in.NewEmail) > maxText:
		return nil, errTooLong
	}
	answer := map[string]string{"kind": "identitytoolkit#GetOobConfirmationCodeResponse"}
	email, exists, err := s.oobEmail(in)
	if err != nil {
		return nil, err
	}
	answer["email"] = email
	if !exists {
		return answer, nil
	}
	code := oobCode{Email: email, NewEmail: strings.ToLower(in.NewEmail), RequestType: in.RequestType, Code: randomText(52)}
	code.Link = actionLink(c.Host, mode, code.Code, in.ContinueURL)
	if len(s.oobCodes) >= maxOobCodes {
		s.oobCodes = slices.Delete(s.oobCodes, 0, 1)
	}
	s.oobCodes = append(s.oobCodes, code)
	if in.ReturnOobLink {
		answer["oobCode"], answer["oobLink"] = code.Code, code.Link
	}
	return answer, nil
}

// oobEmail says to which address a code goes, and whether there is an account to make one for.
func (s *Server) oobEmail(in oobRequest) (email string, exists bool, err error) {
	email = strings.ToLower(in.Email)
	switch in.RequestType {
	case "EMAIL_SIGNIN", "PASSWORD_RESET":
		if email == "" {
			return "", false, bad("MISSING_EMAIL")
		}
		if in.RequestType == "EMAIL_SIGNIN" || s.byEmail(email) != nil {
			return email, true, nil
		}
		if s.config.EmailPrivacyConfig.EnableImprovedEmailPrivacy {
			return email, false, nil
		}
		return "", false, bad("EMAIL_NOT_FOUND")
	}
	if in.RequestType == "VERIFY_AND_CHANGE_EMAIL" && in.NewEmail == "" {
		return "", false, bad("MISSING_NEW_EMAIL")
	}
	if in.ReturnOobLink && in.IDToken == "" {
		if email == "" {
			return "", false, bad("MISSING_EMAIL")
		}
		if s.byEmail(email) == nil {
			return "", false, bad("USER_NOT_FOUND")
		}
	} else {
		ses, err := s.checkIDToken(in.IDToken)
		if err != nil {
			return "", false, err
		}
		if email = ses.account.Email; email == "" {
			return "", false, bad("MISSING_EMAIL")
		}
	}
	if in.RequestType == "VERIFY_AND_CHANGE_EMAIL" && s.byEmail(in.NewEmail) != nil {
		return "", false, bad("EMAIL_EXISTS")
	}
	return email, true, nil
}

func actionLink(host, mode, code, continueURL string) string {
	q := url.Values{"mode": {mode}, "lang": {"en"}, "oobCode": {code}, "apiKey": {"fake-api-key"}}
	if continueURL != "" {
		q.Set("continueUrl", continueURL)
	}
	return "http://" + host + "/emulator/action?" + q.Encode()
}

func (s *Server) findOobCode(code string, types ...string) (oobCode, bool) {
	i := slices.IndexFunc(s.oobCodes, func(o oobCode) bool { return o.Code == code })
	if code == "" || i < 0 || (len(types) > 0 && !slices.Contains(types, s.oobCodes[i].RequestType)) {
		return oobCode{}, false
	}
	return s.oobCodes[i], true
}

func (s *Server) spendOobCode(code string) {
	s.oobCodes = slices.DeleteFunc(s.oobCodes, func(o oobCode) bool { return o.Code == code })
}

// resetPassword says what a code is for or, with a new password, applies it. It also unlinks the
// identity providers, and the address counts as verified.
func (s *Server) resetPassword(c *call) (any, error) {
	var in struct {
		OobCode     string `json:"oobCode"`
		NewPassword string `json:"newPassword"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if in.OobCode == "" {
		return nil, bad("MISSING_OOB_CODE")
	}
	return s.applyReset(in.OobCode, in.NewPassword)
}

func (s *Server) applyReset(code, newPassword string) (map[string]string, error) {
	o, ok := s.findOobCode(code)
	if !ok || (newPassword != "" && o.RequestType != "PASSWORD_RESET") {
		return nil, bad("INVALID_OOB_CODE")
	}
	if newPassword != "" {
		found := s.byEmail(o.Email)
		if found == nil {
			return nil, bad("INVALID_OOB_CODE")
		}
		a := copyOf(found)
		if err := a.setPassword(newPassword); err != nil {
			return nil, err
		}
		a.linked, a.EmailVerified = nil, true
		if err := s.put(a); err != nil {
			return nil, err
		}
		s.spendOobCode(code)
	}
	out := map[string]string{"kind": "identitytoolkit#ResetPasswordResponse", "requestType": o.RequestType}
	if o.RequestType != "EMAIL_SIGNIN" {
		out["email"] = o.Email
	}
	if o.NewEmail != "" {
		out["newEmail"] = o.NewEmail
	}
	return out, nil
}

// applyOobCode verifies an address, or changes it to the one that the code was sent to.
func (s *Server) applyOobCode(code string) (any, error) {
	o, ok := s.findOobCode(code, "VERIFY_EMAIL", "VERIFY_AND_CHANGE_EMAIL")
	if !ok {
		return nil, bad("INVALID_OOB_CODE")
	}
	s.spendOobCode(code)
	found := s.byEmail(o.Email)
	if found == nil {
		return nil, bad("INVALID_OOB_CODE")
	}
	a := copyOf(found)
	if o.NewEmail != "" {
		if err := s.setEmail(a, o.NewEmail); err != nil {
			return nil, err
		}
	}
	a.EmailVerified = true
	if err := s.put(a); err != nil {
		return nil, err
	}
	out := newUpdateAnswer(a)
	out.NewEmail = o.NewEmail
	return out, nil
}

func absoluteURL(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && u.IsAbs()
}
