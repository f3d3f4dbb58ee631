package import SecretMemory
import StrictJSON

/// A passphrase, typed or read.
package struct Passphrase {
    /// Shortest new passphrase in characters. Argon2id makes guessing slow; it cannot save a short one.
    package static let minimumCharacters = 12

    package let bytes: SecretBytes

    package init(_ bytes: SecretBytes) { self.bytes = bytes }

    /// Asks twice for a new one.
    package static func askForNew(_ name: String, prompter: any Prompter) throws(CommandFailure) -> Passphrase {
        let question = "New \(name) (at least \(minimumCharacters) characters):"
        let first = Passphrase(try prompter.hidden(question, otherwise: CommandFailure(.noTerminal)))
        try first.checkStrength()
        let second = try prompter.hidden("The same again:", otherwise: CommandFailure(.noTerminal))
        guard second.isEqual(to: first.bytes) else {
            throw .usage("the two passphrases differ; nothing was changed")
        }
        return first
    }

    /// Refuses a new passphrase that is too short, or that nobody could type at a prompt.
    package func checkStrength() throws(CommandFailure) {
        let (characters, isTypable) = unsafe bytes.withUnsafeBytes { bytes in
            // Continuation bytes of UTF-8 are not characters of their own.
            (unsafe bytes.count { $0 & 0xC0 != 0x80 }, unsafe bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F })
        }
        guard isTypable else {
            throw .usage("the passphrase holds a control character or a line break, which no prompt accepts")
        }
        guard characters >= Self.minimumCharacters else {
            throw .usage(
                "the passphrase is shorter than \(Self.minimumCharacters) characters",
                hints: ["Several unrelated words are easy to remember and hard to guess."]
            )
        }
    }

    /// `{"passphrase":…}`.
    package var body: RequestBody {
        get throws(CommandFailure) {
            var buffer = JSONBuffer(capacity: SecretJSON.capacity(for: bytes) + 32)
            buffer.beginObject()
            try SecretJSON.append(bytes, key: "passphrase", to: &buffer)
            buffer.endObject()
            return RequestBody(buffer)
        }
    }
}
