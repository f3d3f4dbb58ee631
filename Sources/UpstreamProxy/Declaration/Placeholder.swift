import SecretMemory
import WarderModel

/// What a server holds in place of a credential: 256 random bits that open nothing anywhere.
///
/// It looks like a token so that it fits wherever one fits, and its prefix tells whoever finds it in a file or a log that
/// there is nothing to revoke. It ends with the launch.
package struct Placeholder: Sendable {
    /// What every placeholder begins with.
    package static let prefix = "wdr_p_"

    /// Visible ASCII without quotes, slashes or spaces.
    package let text: String
    private let bytes: [UInt8]

    /// A new one.
    package init() {
        text = TokenText.encode(SecureRandom.bytes(count: 32), prefix: Self.prefix)
        bytes = Array(text.utf8)
    }

    /// Whether `candidate` is this one, in a time that depends on its length alone.
    package func isEqual(to candidate: some Sequence<UInt8>) -> Bool {
        ConstantTime.areEqual(bytes, Array(candidate))
    }

    /// Whether it stands anywhere in `text`. Not in constant time: the answer is a refusal either way.
    func isPart(of text: String) -> Bool { text.contains(self.text) }
}
