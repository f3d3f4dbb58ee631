package import UpstreamAddresses
package import WarderModel

/// An upstream that a server reaches through the proxy, and what stands for its credential.
package struct ProxiedUpstream: Sendable {
    /// What people call it.
    package let name: String
    /// Where its requests go.
    package let origin: UpstreamOrigin
    /// Where the credential lies in the vault.
    package let secret: SecretName
    /// The field of it.
    package let field: FieldName
    /// Where the placeholder may stand.
    package let places: Set<PlaceholderPlace>
    /// A file of certificates in PEM that alone are trusted; `nil` for those that the system trusts.
    package let authorities: String?
    /// What the server gets.
    package let placeholder: Placeholder

    /// An upstream with a placeholder of its own.
    package init(
        name: String,
        origin: UpstreamOrigin,
        secret: SecretName,
        field: FieldName = .value,
        places: Set<PlaceholderPlace> = PlaceholderPlace.usual,
        authorities: String? = nil
    ) {
        self.name = name
        self.origin = origin
        self.secret = secret
        self.field = field
        self.places = places
        self.authorities = authorities
        placeholder = Placeholder()
    }
}
