import WarderCore
import WarderModel

extension Harness {
    /// Token texts and accessors: one text for each, and no other.
    static let token = Harness("token") { input in
        if input.count == 32 {
            let text = TokenText.encode(input)
            try hold(text.utf8.count == TokenText.length, "a token's text has one length")
            try hold(TokenText.decode(text) == input, "a token's text is read as it was written")
        }
        if let id = RecordID(bytes: input) {
            let accessor = TokenAccessor(random: id)
            try hold((try TokenAccessor(accessor.text)) == accessor, "an accessor's text is read as it was written")
        }
        guard let text = String(exactly: input) else { return }
        let body = TokenText.decode(text)
        try hold((PresentedToken(text: text) != nil) == (body != nil), "what is a token is one everywhere")
        if let body {
            try hold(TokenText.encode(body).utf8.elementsEqual(input), "no token has two texts")
        }
        if let accessor = try? TokenAccessor(text) {
            let digits = accessor.text.dropFirst(TokenAccessor.prefix.count)
            guard let bytes = Base62.decode(digits, byteCount: 16), let id = RecordID(bytes: bytes) else {
                throw Broken(property: "an accessor names sixteen bytes")
            }
            try hold(TokenAccessor(random: id).text.utf8.elementsEqual(input), "no accessor has two texts")
        }
    }
}
