extension TreeHash {
    /// As checkpoints and proofs spell it: 44 characters of base64.
    package var base64: String { Base64.encode(bytes) }

    /// As events and exports spell it: 64 lowercase hexadecimal digits.
    package var hex: String { Hexadecimal.encode(bytes) }

    /// - Returns: `nil` unless `text` is what ``base64`` gives for some hash.
    package init?(base64 text: some StringProtocol) {
        guard let bytes = Base64.decode(text) else { return nil }
        self.init(bytes)
    }

    /// - Returns: `nil` unless `text` is what ``hex`` gives for some hash.
    package init?(hex text: some StringProtocol) {
        guard let bytes = Hexadecimal.decode(text) else { return nil }
        self.init(bytes)
    }
}

extension TreeHash: CustomStringConvertible {
    package var description: String { hex }
}
