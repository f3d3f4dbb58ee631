package import WarderModel

extension Secrets {
    /// What describes a secret, beside its values. `nil` leaves a property as it is.
    package struct Properties: Sendable {
        package var owner: PlainText??
        /// Replaces all labels.
        package var labels: [String: PlainText]?
        package var expires: Timestamp??
        /// Whether it is a decoy.
        package var honeytoken: Bool?

        package init(
            owner: PlainText?? = nil,
            labels: [String: PlainText]? = nil,
            expires: Timestamp?? = nil,
            honeytoken: Bool? = nil
        ) {
            self.owner = owner
            self.labels = labels
            self.expires = expires
            self.honeytoken = honeytoken
        }

        /// - Returns: what is not as it was before, for the event; nothing after the equals sign where it is taken
        ///   away.
        func apply(to secret: inout Secret) -> [String] {
            var changes: [String] = []
            if let owner, owner != secret.owner {
                secret.owner = owner
                changes.append("owner=\(owner?.text ?? "")")
            }
            if let expires, expires != secret.expires {
                secret.expires = expires
                changes.append("expires=\(expires?.description ?? "")")
            }
            if let honeytoken, honeytoken != secret.isDecoy {
                secret.honeytoken = honeytoken ? true : nil
                changes.append("honeytoken=\(honeytoken)")
            }
            if let labels {
                for name in Set(labels.keys).union(secret.labels.keys).sorted()
                where labels[name] != secret.labels[name] {
                    changes.append("label/\(name)=\(labels[name]?.text ?? "")")
                }
                secret.labels = labels
            }
            return changes
        }
    }
}
