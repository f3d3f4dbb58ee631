import Testing
import TransparencyLog

/// Signed notes and the keys that sign them, as C2SP has them.
@Suite struct NoteTests {
    private static let exampleKey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    private static let example = """
        This is an example message.

        — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=

        """

    @Test("the specification's example is signed by its key")
    func specification() throws {
        let key = try NoteKey(Self.exampleKey)
        let note = try SignedNote(Self.example.bytes)
        #expect(note.text == "This is an example message.\n")
        #expect(try note.verified(by: [key]) == [key])
        #expect(key.text == Self.exampleKey)
        #expect(note.bytes.text == Self.example)
    }

    @Test("a key whose base64 has a plus sign is read and printed")
    func plusInKey() throws {
        let text = try (0...255).lazy.map { try Keys.signer(UInt8($0)).noteKey.text }
            .first { $0.split(separator: "+", maxSplits: 2)[2].contains("+") }
        let found = try #require(text)
        #expect(try NoteKey(found).text == found)
    }

    @Test(
        "a key text that is not in its one spelling is refused",
        arguments: [
            "", "+", "++", "name", "name+530d903a",
            "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
            "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
            "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k\n",
            " example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
            "example.com/fo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
            "example.com/foo+530d903a+BOkyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
            "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2",
            "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        ]
    )
    func wrongKeys(text: String) {
        #expect(throws: NoteError.self) { try NoteKey(text) }
    }

    @Test("a name has no white space, no plus sign and no control character")
    func names() throws {
        for text in ["", "a b", "a+b", "a\nb", "a\u{a0}b", "a\u{2003}b", "a\u{0}", "\u{3000}"] {
            #expect(throws: NoteError.name) { try NoteName(text) }
        }
        #expect(try NoteName("é/ü") != NoteName("e\u{301}/u\u{308}"))
    }

    @Test("a note is read as it was written, blank lines in its text included")
    func roundTrip() throws {
        let signer = try Keys.signer()
        for text in ["one\n", "one\n\ntwo\n", "\n", "— looks like a signature\n\n— and again\n"] {
            let note = try SignedNote(signing: text, by: [signer])
            let read = try SignedNote(note.bytes)
            #expect(read == note)
            #expect(try read.verified(by: [signer.noteKey]) == [signer.noteKey])
        }
    }

    @Test("a text that does not end with a line feed, or has a control character, is not signed")
    func unfitTexts() throws {
        let signer = try Keys.signer()
        for text in ["", "no feed", "a\tb\n", "a\r\n", "\u{0}\n", "\u{1b}[2J\n"] {
            #expect(throws: NoteError.note) { try SignedNote(signing: text, by: [signer]) }
        }
        #expect(throws: NoteError.note) { try SignedNote(signing: "text\n", by: []) }
    }

    @Test("bytes that are not a note are refused")
    func malformed() throws {
        let good = Self.example
        let wrong =
            [
                "", "\n", "\n\n", "text\n", "text\n\n", good + "\n", String(good.dropLast()), good + "more\n",
                good.replacing("\n\n", with: "\n"), good.replacing("— ", with: "- "), good.replacing("— ", with: "—"),
                good.replacing("example.com/foo Uw2Q", with: "example.com/foo  Uw2Q"),
                good.replacing("aQM=", with: "aQM"),
                good.replacing("example.com/foo ", with: ""), good.replacing("example.com/foo", with: "example+foo"),
                good.replacing("message.\n", with: "message.\r\n"), good.replacing("aQM=\n", with: "aQM=\r\n"),
                "text\n\n— name AAAA\n", "text\n\n— name \n", "text\n\n— \u{301}name AAAAAAA=\n",
            ].map(\.bytes) + [[0xFF, 0x0A] + good.bytes, Array(repeating: 0x0A, count: SignedNote.byteLimit + 1)]
        for bytes in wrong {
            let refused = (try? SignedNote(bytes).verified(by: [NoteKey(Self.exampleKey)])) == nil
            #expect(refused, "\(bytes.text)")
        }
        for bytes in wrong.prefix(9) where bytes != wrong[7] {
            #expect(throws: NoteError.self) { try SignedNote(bytes) }
        }
    }

    @Test("signatures of unknown keys are ignored, but do not count")
    func unknownKeys() throws {
        let known = try Keys.signer()
        let stranger = try Keys.signer(9, name: "stranger")
        let namesake = try Keys.signer(10)
        let note = try SignedNote(signing: "text\n", by: [stranger, namesake, known])
        #expect(try SignedNote(note.bytes).verified(by: [known.noteKey]) == [known.noteKey])
        let alone = try SignedNote(signing: "text\n", by: [stranger, namesake])
        #expect(throws: NoteError.unsigned) { try alone.verified(by: [known.noteKey]) }
        #expect(throws: NoteError.unsigned) { try note.verified(by: []) }
    }

    @Test("a known key that signed something else makes the whole note worthless")
    func wrongSignature() throws {
        let first = try Keys.signer()
        let second = try Keys.signer(9, name: "second")
        let lines = try SignedNote(signing: "text\n", by: [first]).bytes.text
        let other = try SignedNote(signing: "other\n", by: [second]).bytes.text
        let line = try #require(other.split(separator: "\n").last)
        let note = try SignedNote((lines + line + "\n").bytes)
        #expect(try note.verified(by: [first.noteKey]) == [first.noteKey])
        #expect(throws: NoteError.signature) { try note.verified(by: [first.noteKey, second.noteKey]) }
        #expect(throws: NoteError.signature) { try note.verified(by: [second.noteKey]) }
    }

    @Test("sixteen signatures are taken, and more than the limit are not")
    func manySignatures() throws {
        let signers = try (0..<SignedNote.signatureLimit).map { try Keys.signer(UInt8($0), name: "signer-\($0)") }
        let sixteen = try SignedNote(SignedNote(signing: "text\n", by: Array(signers.prefix(16))).bytes)
        #expect(try sixteen.verified(by: signers.map(\.noteKey)).count == 16)
        let most = try SignedNote(signing: "text\n", by: signers)
        #expect(try SignedNote(most.bytes) == most)
        let tooMany = try SignedNote(signing: "text\n", by: signers + [Keys.signer(99)])
        #expect(throws: NoteError.note) { try SignedNote(tooMany.bytes) }
    }
}
