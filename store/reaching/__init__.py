"""When and by which way a person may be written to: safe hours, neutral texts, SMS while WhatsApp is closed."""
