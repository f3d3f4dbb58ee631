/// The words of which names are made, and what each says of the value behind the name.
///
/// It is the one table of them: each word stands here once, so that no two lists can disagree, and what a name means does
/// not depend on which of them is asked first. Which names it is right about is held by `SecretNameCorpus`.
enum SecretWords {
    enum Role: Hashable, CaseIterable {
        /// Anything may be a password, even a word or four digits.
        case password
        /// Made by a program, and nobody's but the owner's, whatever stands before it.
        case secret
        /// Made by a program; the word before it may say that everybody has it.
        case key
        /// More than one: of secrets, or of what else is called so.
        case several
        /// Before ``key``: everybody may know that one.
        case open
        /// Before ``key``: it may as well say where something lies.
        case thing
        /// A secret or the way in which one is asked for: the value tells.
        case proof
        /// A secret where the value looks random.
        case chance
        /// Tells only one of several from the others, at the end of a name.
        case qualifier
        /// Says whose a secret is, or what it is for.
        case owner
    }

    /// What a word says, in lower case and without digits at its end; `nil` where it says nothing.
    static func role(of word: String) -> Role? {
        if let role = roles[word] { return role }
        // `PGPASSWORD`, `authtoken`: without anything between the words.
        return ending(of: word).flatMap { roles[$0] }
    }

    /// Whether it is a word of the table, and not one that only ends like it.
    static func isWhole(_ word: String) -> Bool { roles[word] != nil }

    /// The longest word of the table that a longer one ends in.
    static func ending(of word: String) -> String? {
        glued.keys.filter { word.hasSuffix($0) }.max { $0.utf8.count < $1.utf8.count }
    }

    private static let table: [(Role, String)] = [
        (
            .password,
            """
            password passwords passwd passwds passphrase passphrases passcode passcodes passwort pass dbpass userpass \
            smtppass pwd pwds pw pswd pin
            """
        ),
        (
            .secret,
            """
            token secret secrets credential credentials cred creds jwt jwts cookie cookies bearer pat pats \
            signature sig dsn mnemonic seedphrase recoveryphrase apikey apikeys apihash accesskey accesskeys authkey \
            secretkey secretkeys privatekey privatekeys privkey signingkey encryptionkey masterkey sharedkey
            """
        ),
        (.key, "key"), (.several, "tokens keys pins"),
        (
            .open,
            "public pub publishable site sort partition foreign authorized verifying idempotency project space issue"
        ),
        (.thing, "cache object index map"), (.proof, "auth"),
        (.chance, "session code"),
        (
            .qualifier,
            """
            prod production dev development staging stage test live sandbox default backup old new base value string \
            b64 base64 hex raw json primary secondary main bedrock
            """
        ),
        (.owner, "api access client bot user db database admin root service server app private shared master x"),
    ]

    private static let roles = Dictionary(
        uniqueKeysWithValues: table.flatMap { role, words in words.split(separator: " ").map { (String($0), role) } }
    )

    /// Words that are long enough to be known at the end of a longer one: `monkey` is no key.
    private static let glued = roles.filter { word, role in
        role == .password && word.count >= 6 || word == "pwd"
            || (role == .secret || role == .several) && word.count >= 5
    }

    /// For a test: every word once, with its role.
    static var all: [(word: String, role: Role)] {
        table.flatMap { role, words in words.split(separator: " ").map { (String($0), role) } }
    }

    /// What stands behind a name such as `AUTH` where it says how somebody proves who they are, and not with what.
    static let methods: Set<String> = [
        "none", "basic", "bearer", "digest", "token", "password", "oauth", "oidc", "saml", "sso", "jwt", "ntlm",
        "kerberos", "ldap", "iam", "aws", "azure", "gcp", "adc", "cli", "api", "key", "apikey", "device", "code",
        "interactive", "managed", "identity", "default", "local", "required", "optional", "scram", "sha", "login",
        "public", "private", "session", "cookie", "header", "github", "google", "user", "service", "account", "env",
        "anonymous", "windows", "client", "credentials", "authorization", "integrated", "certificate",
        "externalbrowser",
        "passthrough", "workload", "principal",
    ]
}
