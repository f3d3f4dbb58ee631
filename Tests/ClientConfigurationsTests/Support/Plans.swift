import ClientConfigurations
import SecretMemory
import WarderModel

/// Reads a file that the test knows to be accepted.
func file(
    _ path: String,
    _ content: String,
    format: ClientFormat? = nil,
    exposures: Set<ConfigurationFile.Exposure> = []
) throws -> ConfigurationFile {
    try ConfigurationFile(path: path, content: content.bytes, format: format, exposures: exposures)
}

/// The plan for one file of Claude Desktop whose only server has this entry.
func plan(entry: String, key: String = "github", settings: ImportSettings = ImportSettings()) throws -> ImportPlan {
    try ImportPlan(
        [file("claude_desktop_config.json", #"{"mcpServers": {"\#(key)": \#(entry)}}"#)],
        settings: settings
    )
}

extension ImportPlan {
    /// The new text of the first file that changes.
    var newText: String? { files.lazy.compactMap(\.rewritten).first?.text }

    /// What the vault would give for the moved values of a file.
    func values(_ file: PlannedFile) throws -> [[UInt8]] {
        try file.moved.map { moved in
            try secrets.first { $0.name == moved.secret }.map { try $0.value().withBytes { $0 } } ?? []
        }
    }
}

extension PlannedFile {
    /// The record of the import of this file, as it is written before the file is.
    var record: ImportRecord? {
        ImportLayer(self).map {
            let moment = Timestamp(milliseconds: 1_795_253_400_000)
            return ImportRecord(path: "/" + path, client: format, state: .storing, imported: moment, layers: [$0])
        }
    }
}
