from service.command_line import main

main()
