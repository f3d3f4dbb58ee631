import SecretMemory
import WarderWire

/// Who logs in.
struct PostgresCredential {
    let username: String
    let password: SecretBytes

    /// `nil` unless there is a user name and a password.
    init?(_ fields: JobFields?) {
        guard let fields, let username = fields.text("username"), let password = fields["password"] else { return nil }
        self.username = username
        self.password = password
    }
}
