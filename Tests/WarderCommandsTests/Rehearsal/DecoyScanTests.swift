import Foundation
import Testing

@testable import WarderCommands

@Suite("Search for decoys")
struct DecoyScanTests {
    private static let text = "4f3a0c99b1d2"

    @Test("a text is found in files at any depth and in what was said, in every spelling")
    func spellings() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.file("state"), withIntermediateDirectories: false)
        let scan = DecoyScan([("the value", Self.text)])
        #expect(scan.findings(in: folder.path, [("the log", Array("nothing".utf8))]) == [])
        for form in DecoyScan.forms(of: Self.text) {
            let bytes = [0xFF, 0x00] + Array(form) + [0x00]
            try Data(bytes).write(to: URL(filePath: folder.file("state/vault.db")))
            #expect(scan.findings(in: folder.path, []) == ["the value in state/vault.db"])
            try FileManager.default.removeItem(atPath: folder.file("state/vault.db"))
            #expect(scan.findings(in: folder.path, [("the log", bytes)]) == ["the value in the log"])
        }
        // Whatever stands before it decides how base64 cuts it.
        for before in ["", "x", "xy", "xyz"] {
            let base64 = Data((before + Self.text + "z").utf8).base64EncodedData()
            #expect(scan.findings(in: folder.path, [("the log", Array(base64))]) == ["the value in the log"])
        }
    }

    @Test("a name with a text in it is found, of files and of folders, and what is said of it does not repeat it")
    func names() throws {
        let scan = DecoyScan([("the value", Self.text)])
        for form in DecoyScan.forms(of: Self.text) {
            let folder = try TemporaryFolder()
            let name = "a-" + String(decoding: form, as: UTF8.self) + ".tmp"
            try folder.write("nothing", to: name)
            #expect(scan.findings(in: folder.path, []) == ["the value in the name of a file or folder"])
            try FileManager.default.removeItem(atPath: folder.file(name))
            try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: false)
            try folder.write("and \(Self.text)", to: "\(name)/state")
            #expect(
                Set(scan.findings(in: folder.path, [])) == [
                    "the value in the name of a file or folder", "the value in a file whose path has one of the texts",
                ]
            )
        }
    }

    @Test("what is planted is found and taken away; where nothing can be planted, the search has shown nothing")
    func planted() throws {
        let folder = try TemporaryFolder()
        #expect(DecoyScan.findsWhatIsPlanted(in: folder.path))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
        #expect(!DecoyScan.findsWhatIsPlanted(in: folder.file("missing")))
    }
}
