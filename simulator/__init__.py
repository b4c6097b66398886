"""The two phones and the one stand-in of Twilio's API that they and the tests share. For this machine only."""
