import WarderModel

/// JSON in which everything can be seen: a character that shows nothing is written as an escape, which means the same.
///
/// Such characters stand in texts only, where an escape is allowed.
enum VisibleJSON {
    static func written(_ json: [UInt8]) -> [UInt8] {
        // Nearly all of it is ASCII, and the writer has seen to the controls there.
        guard json.contains(where: { $0 >= 0x80 }) else { return json }
        let text = String(decoding: json, as: UTF8.self)
        // The end of a line of JSON is no character of a text.
        guard text.unicodeScalars.contains(where: { $0 != "\n" && HiddenCharacter.contains($0) }) else { return json }
        var result: [UInt8] = []
        result.reserveCapacity(json.count + 64)
        for scalar in text.unicodeScalars {
            guard scalar != "\n", HiddenCharacter.contains(scalar) else {
                result += String(scalar).utf8
                continue
            }
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                result += "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".utf8
            }
        }
        return result
    }
}
