import SecretMemory
import SecretRedaction
import WarderModel
import WarderWire

/// Texts of a step that people see: without any value of its job, and without anything that moves a cursor.
enum StepText {
    /// A message as the daemon takes it.
    static func message(_ text: String, without secrets: [SecretBytes], _ result: JobResult) -> String {
        let redactor = Redactor(secrets + Array(result.fields.values.values))
        let clean = redactor.redact(Array(text.utf8))
        return beginning(harmless(clean, keepsLines: false), limit: JobResult.maximumMessage)
    }

    /// What a hook wrote to its standard error: the end of it.
    static func stderr(_ output: HookOutput, without secrets: [SecretBytes]) -> String? {
        guard !output.errors.isEmpty else { return nil }
        let redactor = Redactor(secrets)
        let clean = redactor.redact(output.errors, isCutBefore: output.errorsWereCut, isCutAfter: output.wasEnded)
        return end(harmless(clean, keepsLines: true), limit: JobResult.maximumStderr)
    }

    /// Text with everything escaped that is not plainly visible.
    static func harmless(_ bytes: [UInt8], keepsLines: Bool) -> String {
        var text = ""
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            if HiddenCharacter.contains(scalar), scalar != "\n" || !keepsLines {
                text += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    /// Scalar by scalar: one character can be as long as its writer likes.
    private static func beginning(_ text: String, limit: Int) -> String {
        var kept = String.UnicodeScalarView()
        var count = 0
        for scalar in text.unicodeScalars {
            count += UTF8.width(scalar)
            if count > limit { break }
            kept.append(scalar)
        }
        return String(kept)
    }

    private static func end(_ text: String, limit: Int) -> String {
        var count = 0
        var start = text.endIndex
        for index in text.unicodeScalars.indices.reversed() {
            count += UTF8.width(text.unicodeScalars[index])
            if count > limit { break }
            start = index
        }
        return String(text[start...])
    }
}
