import Glibc
import OpenAPIDocuments
import StrictJSON
import SystemPackage
import ToolDefinitions
import WarderModel

/// Definitions from files.
enum ToolSource {
    /// What a file describes.
    struct Tools {
        let definitions: [ToolDefinition]
        /// What could not be read, by tool and place.
        var gaps: [Gap] = []
    }

    /// A part of a tool that is referred to and not there.
    struct Gap {
        let tool: ToolName
        let error: OpenAPIError

        /// One line for a person.
        var line: String { "\(tool): \(error)" }
    }

    /// Answers to `tools/list`, a file for each page.
    static func toolList(_ files: [String], _ context: CommandContext) throws(CommandFailure) -> [ToolDefinition] {
        var pages: [ToolDefinitions.ToolList] = []
        for file in files {
            let bytes = try read(file, context, limit: ToolLimits.page.maxBytes)
            do throws(ToolListError) {
                pages.append(try ToolDefinitions.ToolList(parsing: bytes))
            } catch {
                throw .usage("\(TerminalText.escaped(file)): \(error)")
            }
        }
        do throws(ToolListError) {
            return try ToolDefinitions.ToolList.joining(pages).tools
        } catch {
            var hints: [String] = []
            if error == .pageMissing { hints = ["Name the files of all pages, in their order"] }
            throw .usage("\(error)", hints: hints)
        }
    }

    /// Operations of an OpenAPI document.
    static func openAPI(_ file: String, _ context: CommandContext) throws(CommandFailure) -> Tools {
        try openAPI(read(file, context, limit: OpenAPILimits.bytes), file)
    }

    /// Either, told apart by what is in it.
    static func either(_ file: String, _ context: CommandContext) throws(CommandFailure) -> Tools {
        let bytes = try read(file, context, limit: OpenAPILimits.bytes)
        guard isToolList(bytes) else { return try openAPI(bytes, file) }
        do throws(ToolListError) {
            let list = try ToolDefinitions.ToolList.joining([ToolDefinitions.ToolList(parsing: bytes)])
            return Tools(definitions: list.tools)
        } catch {
            throw .usage("\(TerminalText.escaped(file)): \(error)")
        }
    }

    private static func openAPI(_ bytes: [UInt8], _ file: String) throws(CommandFailure) -> Tools {
        do throws(OpenAPIError) {
            let operations = try OpenAPIDocument(reading: bytes).operations
            let gaps = operations.flatMap { operation in
                operation.missing.map { Gap(tool: operation.definition.name, error: $0) }
            }
            return Tools(definitions: operations.map(\.definition), gaps: gaps)
        } catch {
            throw .usage("\(TerminalText.escaped(file)): \(error)")
        }
    }

    private static func isToolList(_ bytes: [UInt8]) -> Bool {
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(copying: bytes.span, limits: ToolLimits.page)
        } catch { return false }
        guard document.root.kind == .object else { return false }
        return document.root.member("tools")?.kind == .array || document.root.member("jsonrpc") != nil
    }

    /// A file, or standard input for `-`.
    static func read(
        _ file: String,
        _ context: CommandContext,
        limit: Int
    ) throws(CommandFailure) -> [UInt8] {
        let name = file == "-" ? "standard input" : TerminalText.escaped(file)
        do {
            if file == "-" { return try read(context.standardInput, name, limit) }
            let descriptor = try FileDescriptor.open(FilePath(file), .readOnly, options: [.closeOnExec])
            return try descriptor.closeAfter { try read(descriptor, name, limit) }
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw .usage("cannot read \(name): \(SystemReason.text(error))")
        }
    }

    private static func read(_ descriptor: FileDescriptor, _ name: String, _ limit: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = try unsafe piece.withUnsafeMutableBytes { try unsafe descriptor.read(into: $0) }
            if count == 0 { return bytes }
            bytes += piece.prefix(count)
            guard bytes.count <= limit else { throw CommandFailure.usage("\(name) has more than \(limit) bytes") }
        }
    }
}
