import Foundation
import Glibc
import SecretMemory
import WarderModel

/// Looks for texts in files, in their names, and in bytes: as they are, in hexadecimal, and in base64 wherever it may begin.
///
/// A search that finds nothing shows nothing until it has found something: a canary is planted first.
struct DecoyScan {
    private let needles: [(what: String, forms: [Data])]

    init(_ guarded: [(what: String, text: String)]) {
        needles = guarded.map { ($0.what, Self.forms(of: $0.text)) }
    }

    /// What is found in the files and folders below a folder, in their names, and in what was said, each with its place; a
    /// file that cannot be read counts as found. A name with a text in it is not repeated: what is told of it may be shown to
    /// anybody.
    func findings(in folder: String, _ others: [(place: String, bytes: [UInt8])]) -> [String] {
        var found: [String] = []
        for (place, bytes) in others { found += findings(in: Data(bytes), at: place) }
        let files = FileManager.default.enumerator(atPath: folder)
        while let name = files?.nextObject() as? String {
            let path = "\(folder)/\(name)"
            let isTelling = !findings(in: Data(name.utf8), at: name).isEmpty
            let place = isTelling ? "a file whose path has one of the texts" : name
            found += findings(in: Data((name as NSString).lastPathComponent.utf8), at: Self.aName)
            var status = stat()
            guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
            guard let bytes = FileManager.default.contents(atPath: path) else {
                found.append("\(place) cannot be read")
                continue
            }
            found += findings(in: bytes, at: place)
        }
        return found
    }

    private static let aName = "the name of a file or folder"

    private func findings(in bytes: Data, at place: String) -> [String] {
        needles.filter { needle in needle.forms.contains { bytes.range(of: $0) != nil } }
            .map { "\($0.what) in \(place)" }
    }

    /// The spellings of a text. In base64 what comes before decides how it is cut into groups, and what depends on its
    /// neighbours is left out.
    static func forms(of text: String) -> [Data] {
        let hex = Hex.encode(Array(text.utf8))
        var forms = [text, hex, hex.uppercased()]
        for shift in 0..<3 {
            let whole = Data((String(repeating: "x", count: shift) + text).utf8)
            let base64 = whole.base64EncodedString().prefix { $0 != "=" }
            let inner = base64.dropFirst(shift == 0 ? 0 : shift + 1).dropLast(whole.count.isMultiple(of: 3) ? 0 : 1)
            forms.append(String(inner))
        }
        return forms.map { Data($0.utf8) }
    }

    /// Whether a search in this folder finds each spelling of a text that lies there: a file is made for that, and taken
    /// away.
    static func findsWhatIsPlanted(in folder: String) -> Bool {
        let canary = Hex.encode(SecureRandom.bytes(count: 24))
        let path = folder + "/canary"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let scan = DecoyScan([("the canary", canary)])
        return forms(of: canary).allSatisfy { form in
            let bytes = SecureRandom.bytes(count: 5000) + form + SecureRandom.bytes(count: 3000)
            guard FileManager.default.createFile(atPath: path, contents: Data(bytes)),
                scan.findings(in: folder, []).contains(where: { $0.hasSuffix("in canary") })
            else { return false }
            let named = folder + "/x" + String(decoding: form, as: UTF8.self)
            defer { try? FileManager.default.removeItem(atPath: named) }
            return FileManager.default.createFile(atPath: named, contents: nil)
                && scan.findings(in: folder, []).contains { $0.hasSuffix("in \(aName)") }
        }
    }
}
