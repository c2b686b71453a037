extension Unicode.Scalar {
    /// Columns of a terminal that the scalar takes: 0 for combining marks and joiners, 2 for wide East Asian characters and emoji.
    package var displayWidth: Int {
        if value < 0x300 { return value < 0x20 || (0x7F..<0xA0).contains(value) ? 0 : 1 }
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return 0
        default: break
        }
        if (0xFE00...0xFE0F).contains(value) { return 0 }
        if properties.isEmojiPresentation { return 2 }
        // The wide blocks of Unicode Standard Annex 11: Hangul Jamo, CJK, Hangul syllables, fullwidth forms, supplementary ideographs.
        switch value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE4F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }
}

extension String {
    /// Columns of a terminal that the text takes.
    package var displayWidth: Int { unicodeScalars.reduce(0) { $0 + $1.displayWidth } }
}
